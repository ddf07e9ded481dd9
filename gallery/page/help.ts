/**
 * The help dialog: all keys and what they do.
 */
import { el, openDialog } from './base/dom.js';

const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['← →', 'previous and next cue; among the variants of a cue: variant'],
  ['↑ ↓', 'previous and next variant; among the variants of a cue: line'],
  ['Enter', 'open the variant'],
  ['v', 'all variants of the cue'],
  ['[ ]', 'previous and next cue, among the variants of a cue'],
  ['Esc', 'back; first, select none'],
  ['Space', 'play or pause; among tiles: select'],
  ['m', 'select, anywhere'],
  ['Shift with arrows', 'select a range; on the stage: move what is zoomed'],
  ['Ctrl A', 'select all that is shown'],
  ['c', 'compare what is selected (two to four), or this with the next'],
  ['n s w', 'when comparing: next picture, swap, one over the other'],
  ['t', 'when comparing a take: take it'],
  ['1 … 9', 'replay that many times as fast; 0: a quarter'],
  [', .', 'previous and next picture; one over the other: move the slider'],
  ['Home End', 'first and last picture; among tiles: first and last'],
  ['l', 'loop'],
  ['z + −', 'zoom to pixels, in, out; among tiles: larger, smaller'],
  ['f', 'full screen'],
  ['p x', 'approve, reject what is selected, or this; on the stage, then on to the next undecided'],
  ['u', 'take back this browser’s last decision'],
  ['k', 'on the stage: stop the image in flight'],
  ['r', 'what to do with what is selected'],
  ['/', 'search'],
  ['?', 'this help'],
];

export function openHelp(): void {
  const rows = KEYS.map(([keys, meaning]) =>
    el('tr', {}, el('th', { scope: 'row' }, el('kbd', {}, keys)), el('td', {}, meaning)),
  );
  const close = el('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, 'Close');
  const dialog = openDialog('Keys', el('table', {}, el('tbody', {}, ...rows)), close);
}
