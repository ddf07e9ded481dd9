/**
 * A part of the desk that is drawn again only when what it says has changed, and keeps the keyboard where it was.
 */
import { el } from '../base/dom.js';

export class Part<Said> {
  readonly element: HTMLElement;
  private drawn = '';

  /** @param draw the elements that say it */
  constructor(
    attributes: { readonly class: string; readonly 'aria-label': string },
    private readonly draw: (said: Said) => readonly HTMLElement[],
  ) {
    this.element = el('section', attributes);
  }

  show(said: Said): void {
    const text = JSON.stringify(said);
    if (text === this.drawn) return;
    this.drawn = text;
    const focused = document.activeElement?.closest('[data-name]')?.getAttribute('data-name');
    const had = this.element.contains(document.activeElement);
    this.element.replaceChildren(...this.draw(said));
    if (had) this.element.querySelector<HTMLElement>(`[data-name="${CSS.escape(focused ?? '')}"]`)?.focus();
  }
}
