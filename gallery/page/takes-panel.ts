/**
 * The takes of the variant on the stage: comparing them with the chosen one, choosing one, undoing that, generating more, discarding.
 */
import type { TakeEntry } from '../review/take-entry.js';
import { el } from './base/dom.js';
import { toast } from './base/toast.js';
import type { VariantRef } from './show/route.js';
import { formerTake, takeIt } from './take-it.js';
import { TakesInFlight } from './takes-in-flight.js';
import type { Context } from './view.js';

const MANY = 4;

export class TakesPanel {
  readonly element = el('section', { class: 'takes', 'aria-label': 'Takes' });
  private readonly list = el('div');
  private readonly inFlight: TakesInFlight;
  private readonly actions = el('div');
  private at: VariantRef | undefined;
  private takes: readonly TakeEntry[] = [];
  /** Variant and version that the list was read for. */
  private shown = '';

  /** @param compare shows a take beside the chosen one */
  constructor(
    private readonly context: Context,
    private readonly compare: (seed: number) => void,
  ) {
    this.inFlight = new TakesInFlight(context);
    this.element.append(el('h3', {}, 'Takes'), this.list, this.inFlight.element, this.actions);
  }

  /** @param known changes whenever the list of takes may have changed */
  show(at: VariantRef, known: string): void {
    this.inFlight.show(at);
    const name = `${at.cueId}/${at.variantId} ${known}`;
    if (name === this.shown) return;
    if (at.cueId !== this.at?.cueId || at.variantId !== this.at.variantId) this.takes = [];
    this.shown = name;
    this.at = at;
    this.draw(at);
    void this.read(at, name);
  }

  private async read(at: VariantRef, name: string): Promise<void> {
    const takes = await this.context.api.takes(this.context.show, at).catch(() => undefined);
    if (takes === undefined || name !== this.shown) return;
    this.takes = takes;
    this.draw(at);
  }

  private draw(at: VariantRef): void {
    const rows = this.takes.map((take) => this.row(at, take));
    this.list.replaceChildren(...(rows.length > 0 ? [el('ul', {}, ...rows)] : []));
    this.actions.replaceChildren(...this.controls(at));
  }

  private row(at: VariantRef, { seed, chosen, durationMs }: TakeEntry): HTMLElement {
    const seconds = `${(durationMs / 1000).toFixed(1)} s`;
    const name = el('span', {}, `Seed ${seed}`, el('span', { class: 'quiet' }, ` · ${seconds}`));
    if (chosen) return el('li', {}, name, el('strong', {}, 'shown'));
    const picture = el('img', { alt: `The take with seed ${seed}`, decoding: 'async', loading: 'lazy' });
    picture.src = this.context.api.takeAddress(this.context.show, at, seed, 'final.png');
    const button = (label: string, act: () => void) =>
      el('button', { type: 'button', 'aria-label': `${label}: seed ${seed}`, onclick: act }, label);
    return el(
      'li',
      {},
      picture,
      name,
      el(
        'div',
        { class: 'actions' },
        button('Compare', () => this.compare(seed)),
        ...(this.canMake ? [button('Take it', () => void takeIt(this.context, at, seed))] : []),
        button('Discard', () => void this.discard(at, seed)),
      ),
    );
  }

  private controls(at: VariantRef): HTMLElement[] {
    if (!this.canMake)
      return [
        el('p', { class: 'quiet' }, 'No Temporal server is connected: takes cannot be made or chosen here.'),
      ];
    const button = (label: string, act: () => void) => el('button', { type: 'button', onclick: act }, label);
    const former = formerTake(this.context, at, this.takes);
    return [
      el(
        'div',
        { class: 'actions' },
        button('Another take', () => void this.make(at, 1)),
        button(`${MANY} more takes`, () => void this.make(at, MANY)),
        ...(former === undefined ? [] : [button('Back', () => void takeIt(this.context, at, former))]),
      ),
    ];
  }

  private get canMake(): boolean {
    return this.context.api.settings.takes;
  }

  private make(at: VariantRef, takes: number): Promise<void> {
    return this.ask(() => this.context.api.makeTakes(this.context.show, [at], takes));
  }

  private discard(at: VariantRef, seed: number): Promise<void> {
    return this.ask(() => this.context.api.changeTake(this.context.show, 'discard', at, seed));
  }

  private async ask(work: () => Promise<string>): Promise<void> {
    try {
      toast(await work(), { passes: true });
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
  }
}
