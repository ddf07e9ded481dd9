/**
 * An image that is being made: its newest preview, as large as the window, how far it is and what it waits for, and the button
 * that stops it. While what is stored is replayed instead, only the line with the words and the button is there.
 */
import { el, setAttribute } from '../base/dom.js';

export interface LiveSight {
  /** For people who hear the page. */
  readonly name: string;
  /** How far it is, and what it waits for. */
  readonly words: string;
  /** The newest preview; undefined until there is one. */
  readonly picture: HTMLImageElement | undefined;
}

export class LiveStage {
  /** The picture. */
  readonly element: HTMLElement;
  /** Words and button. */
  readonly line: HTMLElement;
  private readonly window = el('div', { class: 'picture live' });
  private readonly words = el('p', { class: 'words' });
  /** What came of stopping it. */
  private readonly said = el('p', { class: 'said' });
  private name = '';
  private readonly button: HTMLButtonElement;

  /** @param stop undefined where nothing can be stopped */
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

  /** @param shown whether the picture is on the stage, or what is stored */
  show({ name, words, picture }: LiveSight, shown: boolean): void {
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
