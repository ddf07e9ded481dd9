/**
 * A sentence over the page, for what happened apart from where one looks. The next one takes its place.
 */
import { el } from '../base/dom.js';

let shown: HTMLElement | undefined;

export function toast(message: string): void {
  shown?.remove();
  const close = el('button', { type: 'button', 'aria-label': 'Close this message' }, '✕');
  const element = el('div', { class: 'toast', role: 'alert' }, el('span', {}, message), close);
  close.addEventListener('click', () => element.remove());
  shown = element;
  document.body.append(element);
}

export function dismissToast(): void {
  shown?.remove();
  shown = undefined;
}
