/**
 * An image that is being generated: its newest preview, as large as the window, its progress or what it waits for, and a button that
 * stops it. While the stored replay is shown instead, only the line with progress and button is visible.
 */
import { el, setAttribute } from '../base/dom.js';

export interface LiveContent {
  /** For screen readers. */
  readonly name: string;
  /** Its progress, or what it waits for. */
  readonly words: string;
  /** Undefined before the first preview. */
  readonly picture: HTMLImageElement | undefined;
}

export class LiveStage {
  /** Contains the preview. */
  readonly element: HTMLElement;
  /** Contains progress and button. */
  readonly line: HTMLElement;
  private readonly window = el('div', { class: 'picture live' });
  private readonly words = el('p', { class: 'words' });
  /** Outcome of stopping the image. */
  private readonly said = el('p', { class: 'said' });
  private name = '';
  private readonly button: HTMLButtonElement;

  /** @param stop undefined without a Temporal server */
  constructor(stop: (() => void) | undefined) {
    this.element = el(
      'section',
      { class: 'stage', 'aria-label': 'In flight', hidden: true },
      el('div', { class: 'pictures' }, el('div', { class: 'pane' }, this.window)),
    );
    const onclick = () => stop?.();
    this.button = el('button', { type: 'button', class: 'danger', onclick }, 'Stop this one');
    this.button.hidden = stop === undefined;
    this.line = el('div', { class: 'live-line', hidden: true }, this.words, this.button, this.said);
  }

  /** @param shown whether the preview is visible; otherwise the stored replay is */
  show({ name, words, picture }: LiveContent, shown: boolean): void {
    if (name !== this.name) this.say('');
    this.name = name;
    setAttribute(this.element, 'hidden', !shown);
    setAttribute(this.line, 'hidden', false);
    if (this.words.textContent !== words) this.words.textContent = words;
    if (!shown) return;
    if (picture === undefined) this.window.replaceChildren();
    else if (picture.parentElement !== this.window) this.window.replaceChildren(picture);
    if (picture !== undefined) setAttribute(picture, 'alt', name);
  }

  say(said: string): void {
    this.said.textContent = said;
  }

  hide(): void {
    this.say('');
    setAttribute(this.element, 'hidden', true);
    setAttribute(this.line, 'hidden', true);
    this.window.replaceChildren();
  }
}
