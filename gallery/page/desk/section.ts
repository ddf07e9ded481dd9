/**
 * A section of the desk that is drawn again only when its content has changed, and keeps the keyboard focus then.
 */
import { el } from '../base/dom.js';

export class Section<Content> {
  readonly element: HTMLElement;
  private drawn = '';

  /** @param draw builds the elements of a content */
  constructor(
    attributes: { readonly class: string; readonly 'aria-label': string },
    private readonly draw: (content: Content) => readonly HTMLElement[],
  ) {
    this.element = el('section', attributes);
  }

  show(content: Content): void {
    const text = JSON.stringify(content);
    if (text === this.drawn) return;
    this.drawn = text;
    const focused = document.activeElement?.closest('[data-name]')?.getAttribute('data-name');
    const had = this.element.contains(document.activeElement);
    this.element.replaceChildren(...this.draw(content));
    if (had) this.element.querySelector<HTMLElement>(`[data-name="${CSS.escape(focused ?? '')}"]`)?.focus();
  }
}
