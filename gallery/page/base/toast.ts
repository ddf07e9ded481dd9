/**
 * A short message over the page, for events that are not visible elsewhere in the view. The next message replaces it.
 */
import { el } from '../base/dom.js';

const PASSES_MS = 6000;

let shown: HTMLElement | undefined;

/** @param passes whether it disappears by itself, because nothing has to be done about it */
export function toast(message: string, { passes = false }: { readonly passes?: boolean } = {}): void {
  shown?.remove();
  const close = el('button', { type: 'button', 'aria-label': 'Close this message' }, '✕');
  const element = el(
    'div',
    { class: passes ? 'toast passes' : 'toast', role: passes ? 'status' : 'alert' },
    el('span', {}, message),
    close,
  );
  close.addEventListener('click', () => element.remove());
  shown = element;
  document.body.append(element);
  if (passes) setTimeout(() => element.remove(), PASSES_MS);
}

export function dismissToast(): void {
  shown?.remove();
  shown = undefined;
}
