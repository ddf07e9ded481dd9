/**
 * What the keys do.
 */
import { el, openDialog } from './base/dom.js';

const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['← →', 'previous and next cue'],
  ['↑ ↓', 'previous and next variant'],
  ['Enter', 'open the variant'],
  ['Esc', 'back'],
  ['Space', 'play or pause; in the sheet: mark'],
  ['1 … 9', 'replay that many times as fast; 0: a quarter'],
  [', .', 'previous and next picture; when comparing: move the slider'],
  ['Home End', 'first and last picture; in the sheet: first and last cue'],
  ['l', 'loop'],
  ['c', 'compare with the next variant; s swaps them'],
  ['m', 'mark or unmark'],
  ['r', 'what to do with the marked variants'],
  ['/', 'search'],
  ['+ −', 'larger and smaller tiles'],
  ['?', 'this help'],
];

export function openHelp(): void {
  const rows = KEYS.map(([keys, meaning]) =>
    el('tr', {}, el('th', { scope: 'row' }, el('kbd', {}, keys)), el('td', {}, meaning)),
  );
  const close = el('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, 'Close');
  const dialog = openDialog('Keys', el('table', {}, el('tbody', {}, ...rows)), close);
}
