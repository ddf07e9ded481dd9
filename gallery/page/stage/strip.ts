/**
 * The strip of previews under the picture: a button for each step, with a bar whose height is the step's duration.
 */
import type { Moment, Timeline } from '../../../replay/index.js';
import { el, setAttribute } from '../base/dom.js';

/** Height of the longest bar, pixels. */
const BAR_PIXELS = 40;

export class Strip {
  readonly element = el('div', {
    class: 'strip',
    role: 'group',
    'aria-label': 'Previews and step durations',
  });
  private buttons = new Map<string, HTMLElement>();
  private shown: Moment | undefined;

  constructor(private readonly onChoose: (positionMs: number) => void) {}

  /** The shown preview in words. */
  get current(): string {
    return this.shown === undefined || this.shown.kind === 'black' ? 'nothing yet' : nameOf(this.shown);
  }

  /** @param notice shown instead if there is no timing */
  show({ moments, timed }: Timeline, notice: string, addressOf: (file: string) => string): void {
    this.buttons = new Map();
    this.shown = undefined;
    if (!timed) {
      this.element.replaceChildren(el('p', { class: 'notice' }, notice));
      return;
    }
    const durations = moments.map(({ atMs }, index) => atMs - (moments[index - 1]?.atMs ?? 0));
    const longest = Math.max(...durations, 1);
    const buttons = moments.flatMap((moment, index) =>
      moment.kind === 'black' ? [] : [this.button(moment, durations[index] ?? 0, longest, addressOf)],
    );
    this.element.replaceChildren(...buttons);
  }

  mark(moment: Moment): void {
    setAttribute(this.element.querySelector('[aria-current]') ?? this.element, 'aria-current', undefined);
    this.shown = moment;
    const button = this.buttons.get(keyOf(moment));
    if (button === undefined) return;
    setAttribute(button, 'aria-current', 'step');
    const { offsetLeft, offsetWidth } = button;
    this.element.scrollLeft =
      offsetLeft - this.element.offsetLeft - (this.element.clientWidth - offsetWidth) / 2;
  }

  private button(
    moment: Exclude<Moment, { kind: 'black' }>,
    durationMs: number,
    longestMs: number,
    addressOf: (file: string) => string,
  ): HTMLElement {
    const bar = el('span', { class: 'bar' });
    bar.style.height = `${Math.max((durationMs / longestMs) * BAR_PIXELS, 1)}px`;
    const button = el(
      'button',
      { type: 'button', class: 'step', onclick: () => this.onChoose(moment.atMs) },
      el('span', { class: 'bar-space' }, bar),
      el('span', { class: 'duration' }, `${Math.round(durationMs)} ms`),
    );
    const image = el('img', {
      alt: '',
      decoding: 'async',
      draggable: 'false',
      onerror: () => button.classList.add('damaged'),
    });
    image.src = addressOf(moment.file);
    const label =
      moment.kind === 'step' ? [spoken('step '), String(moment.step)] : ['final', spoken(' image')];
    button.prepend(image, el('span', { class: 'number' }, ...label, spoken(', ')));
    this.buttons.set(keyOf(moment), button);
    return button;
  }
}

/** Text for screen readers. */
const spoken = (text: string): HTMLElement => el('span', { class: 'spoken' }, text);

const keyOf = (moment: Moment): string => (moment.kind === 'step' ? String(moment.step) : moment.kind);

const nameOf = (moment: Exclude<Moment, { kind: 'black' }>): string =>
  moment.kind === 'step' ? `step ${moment.step}` : 'final image';
