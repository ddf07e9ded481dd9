/**
 * One tile of the contact sheet, and the heading of a column.
 */
import type { CueEntry, VariantState } from '../show-index.js';
import { el } from './base/dom.js';
import type { GridSize } from './grid/grid-content.js';
import type { VariantRef } from './show/route.js';
import { STATE_WORDS } from './show/states.js';

/** Pixels. The smallest shows a whole show of 50 variants on two screens, the largest the picture. */
export const TILE_SIZES = {
  small: { cellWidth: 76, cellHeight: 76, headingHeight: 92 },
  medium: { cellWidth: 120, cellHeight: 120, headingHeight: 92 },
  large: { cellWidth: 200, cellHeight: 200, headingHeight: 92 },
} as const satisfies Record<string, GridSize>;

export type TileSize = keyof typeof TILE_SIZES;

export function tileOf(
  { cueId, variantId }: VariantRef,
  state: VariantState,
  { thumbnail, marked }: { readonly thumbnail: string | undefined; readonly marked: boolean },
): HTMLElement {
  const { word, sign } = STATE_WORDS[state];
  const name = `${cueId}, variant ${variantId}, ${word}${marked ? ', marked' : ''}`;
  const tile = el(
    'div',
    { class: `tile ${state}${marked ? ' marked' : ''}`, 'aria-label': name },
    el('span', { class: 'number', 'aria-hidden': 'true' }, String(variantId)),
  );
  if (sign !== '') tile.append(el('span', { class: 'sign', 'aria-hidden': 'true' }, sign));
  if (marked) tile.append(el('span', { class: 'mark', 'aria-hidden': 'true' }, '✓'));
  if (thumbnail !== undefined) tile.prepend(pictureOf(tile, thumbnail, name));
  return tile;
}

function pictureOf(tile: HTMLElement, thumbnail: string, name: string): HTMLImageElement {
  const failed = () => {
    image.remove();
    tile.classList.add('damaged');
    tile.setAttribute('aria-label', `${name}, image damaged or missing`);
    tile.append(el('span', { class: 'sign', 'aria-hidden': 'true' }, '✕'));
  };
  const image = el('img', { alt: '', decoding: 'async', draggable: 'false', onerror: failed });
  image.src = thumbnail;
  return image;
}

export function headingOf(cue: CueEntry | undefined): HTMLElement {
  if (cue === undefined) return el('div', { class: 'heading' });
  const prompt = cue.facts?.prompt ?? '';
  return el(
    'div',
    { class: 'heading', title: `${cue.cueId}\n${prompt}` },
    el('span', { class: 'program' }, cue.facts?.program ?? actionOf(cue.cueId)),
    el('span', { class: 'time' }, timeOf(cue.cueId)),
    el('span', { class: 'prompt' }, prompt === '' ? cue.cueId : prompt),
  );
}

const actionOf = (cueId: string): string => /^[a-z]+(?=_)/.exec(cueId)?.[0] ?? '';

/** `prompt_12_00_01_30` was at 00:01:30. */
export function timeOf(cueId: string): string {
  return /_\d+_(\d+_\d\d_\d\d)(?:_|$)/.exec(cueId)?.[1]?.replaceAll('_', ':') ?? '';
}
