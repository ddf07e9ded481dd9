/**
 * The takes of a variant that are being generated: for each the newest preview, its progress, and a button that stops it.
 */
import { el, setAttribute } from './base/dom.js';
import { toast } from './base/toast.js';
import type { ImageRef } from './show/live-images.js';
import { progressOf } from './show/live-words.js';
import type { VariantRef } from './show/route.js';
import type { Context } from './view.js';

type TakeRef = Required<ImageRef>;

interface Row {
  readonly element: HTMLElement;
  readonly words: HTMLElement;
}

export class TakesInFlight {
  readonly element = el('ul', { 'aria-label': 'Takes in flight', hidden: true });
  /** Rows are kept from update to update: a button that is being pressed must not be replaced. */
  private rows = new Map<string, Row>();

  constructor(private readonly context: Context) {}

  show(at: VariantRef): void {
    const rows = new Map<string, Row>();
    for (const image of this.context.data.takesInFlight(at)) {
      const ref = { cueId: at.cueId, variantId: at.variantId, take: image.take };
      const name = JSON.stringify(ref);
      const row = this.rows.get(name) ?? this.rowOf(ref);
      rows.set(name, row);
      this.draw(row, ref, progressOf(image), image.picture !== undefined);
    }
    for (const [name, { element }] of this.rows) if (!rows.has(name)) element.remove();
    this.rows = rows;
    setAttribute(this.element, 'hidden', rows.size === 0);
  }

  private rowOf(ref: TakeRef): Row {
    const { steer } = this.context.api.settings;
    const words = el('span', { class: 'quiet' });
    const label = `Stop: seed ${ref.take}`;
    const button = el(
      'button',
      { type: 'button', 'aria-label': label, onclick: () => this.stop(ref) },
      'Stop',
    );
    const name = el('span', {}, `Seed ${ref.take} · `, words);
    const element = el('li', {}, name, ...(steer ? [el('div', { class: 'actions' }, button)] : []));
    this.element.append(element);
    return { element, words };
  }

  private draw({ element, words }: Row, ref: TakeRef, progress: string, hasPicture: boolean): void {
    if (words.textContent !== progress) words.textContent = progress;
    const picture = hasPicture ? this.context.data.livePicture(ref) : undefined;
    if (picture === undefined || picture.parentElement === element) return;
    setAttribute(picture, 'alt', `The take with seed ${ref.take}, being made`);
    element.querySelector('img')?.remove();
    element.prepend(picture);
  }

  private async stop(ref: TakeRef): Promise<void> {
    const { api, show } = this.context;
    try {
      toast(await api.steer(show, { action: 'stop', ...ref }), { passes: true });
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
  }
}
