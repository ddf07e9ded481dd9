/**
 * One tile of the contact sheet, and the heading of a column.
 */
import type { CueEntry } from '../show-index.js';
import { el } from './base/dom.js';
import type { GridSize } from './grid/grid-content.js';
import { promptOf } from './show/names.js';
import type { Pictures } from './show/pictures.js';
import { STATE_WORDS } from './show/states.js';
import { inWords, type VariantFacts } from './show/variant-facts.js';

/** Pixels. The smallest shows a whole show of 50 variants on two screens, the largest the picture. */
export const TILE_SIZES = {
  small: { cellWidth: 76, cellHeight: 76, headingHeight: 92 },
  medium: { cellWidth: 120, cellHeight: 120, headingHeight: 92 },
  large: { cellWidth: 200, cellHeight: 200, headingHeight: 92 },
} as const satisfies Record<string, GridSize>;

export type TileSize = keyof typeof TILE_SIZES;

export const isTileSize = (name: string): name is TileSize => Object.hasOwn(TILE_SIZES, name);

export function tileOf(facts: VariantFacts, pictures: Pictures): HTMLElement {
  const { ref, state, marked, picture, failure } = facts;
  const tile = el(
    'div',
    {
      class: ['tile', state, failure, marked && 'marked'].filter(Boolean).join(' '),
      'aria-label': inWords(facts),
    },
    el('span', { class: 'number', 'aria-hidden': 'true' }, String(ref.variantId)),
  );
  const sign = signOf(facts);
  if (sign !== '') tile.append(el('span', { class: 'sign', 'aria-hidden': 'true' }, sign));
  if (marked) tile.append(el('span', { class: 'mark', 'aria-hidden': 'true' }, '✓'));
  if (picture !== undefined && failure === undefined) tile.prepend(pictures.image(picture));
  return tile;
}

const signOf = ({ state, failure }: VariantFacts): string =>
  failure === undefined ? STATE_WORDS[state].sign : FAILURE_SIGNS[failure];

const FAILURE_SIGNS = { damaged: '✕', unreachable: '?' };

export function headingOf(cue: CueEntry | undefined): HTMLElement {
  if (cue === undefined) return el('div', { class: 'heading' });
  const prompt = promptOf(cue);
  return el(
    'div',
    { class: 'heading', title: `${cue.cueId}\n${prompt}` },
    el('span', { class: 'program' }, cue.facts?.program ?? actionOf(cue.cueId)),
    el('span', { class: 'time' }, timeOf(cue.cueId)),
    el('span', { class: 'prompt' }, prompt),
  );
}

const actionOf = (cueId: string): string => /^[a-z]+(?=_)/.exec(cueId)?.[0] ?? '';

/** `prompt_12_00_01_30` was at 00:01:30. */
export function timeOf(cueId: string): string {
  return /_\d+_(\d+_\d\d_\d\d)(?:_|$)/.exec(cueId)?.[1]?.replaceAll('_', ':') ?? '';
}
