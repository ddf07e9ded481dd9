/**
 * A tile in the contact sheet or among the variants of a cue, and the heading of a column.
 */
import type { CueEntry } from '../show-index.js';
import { el } from './base/dom.js';
import { promptOf } from './show/names.js';
import type { Pictures } from './show/pictures.js';
import { REVIEW_SIGNS } from './show/reviews.js';
import type { VariantRef } from './show/route.js';
import { STATE_WORDS } from './show/states.js';
import { inWords, type VariantFacts } from './show/variant-facts.js';

/** Source of the pictures on tiles. */
interface TilePictures {
  readonly pictures: Pictures;
  livePicture(ref: VariantRef): HTMLImageElement;
}

/** Class of the corner of a tile; a click on it selects the tile. */
export const CHECK = 'check';

export function tileOf(facts: VariantFacts, from: TilePictures): HTMLElement {
  const { ref, state, selected, failure, verdict, progress } = facts;
  const tile = el('div', {
    class: ['tile', state, failure, verdict].filter(Boolean).join(' '),
    'aria-label': inWords(facts),
    'aria-selected': String(selected),
  });
  tile.append(...picturesOf(facts, from));
  tile.append(corner('number', String(ref.variantId)));
  const sign = signOf(facts);
  if (sign !== '') tile.append(corner('sign', sign));
  const review = reviewSignOf(facts);
  if (review !== '') tile.append(corner('review', review));
  // Drawn by the style sheet: text content would have to be part of the tile's label, word by word.
  if (progress !== undefined) tile.append(el('span', { class: 'progress', 'data-words': progress }));
  tile.append(corner(CHECK, '✓'));
  return tile;
}

/** The newest preview while the image is generated; before the first preview, the stored picture. */
function picturesOf({ ref, picture, livePicture, failure }: VariantFacts, from: TilePictures): HTMLElement[] {
  if (livePicture !== undefined) return [from.livePicture(ref)];
  return picture === undefined || failure !== undefined ? [] : [from.pictures.image(picture)];
}

/** A small sign over the picture; the tile's label says what it means. */
const corner = (kind: string, text: string): HTMLElement =>
  el('span', { class: kind, 'aria-hidden': 'true' }, text);

const signOf = ({ state, failure }: VariantFacts): string =>
  failure === undefined ? STATE_WORDS[state].sign : FAILURE_SIGNS[failure];

const reviewSignOf = ({ verdict, stale }: VariantFacts): string =>
  [verdict && REVIEW_SIGNS[verdict], stale && REVIEW_SIGNS.stale].filter(Boolean).join(' ');

const FAILURE_SIGNS = { damaged: '✕', unreachable: '?' };

/** @param address of the cue's view */
export function headingOf(cue: CueEntry, address: string): HTMLElement {
  return el(
    'div',
    { class: 'heading', title: `${cue.cueId}\n${promptOf(cue)}` },
    el('span', { class: 'program' }, programNameOf(cue)),
    el('span', { class: 'time' }, timeOf(cue.cueId)),
    el('a', { class: 'prompt', href: address, tabindex: -1 }, promptOf(cue)),
  );
}

/** The program, or else the action that the cue id begins with. */
export const programNameOf = ({ cueId, facts }: CueEntry): string =>
  facts?.program ?? /^[a-z]+(?=_)/.exec(cueId)?.[0] ?? '';

/** The time in a cue id: `prompt_12_00_01_30` is at 00:01:30. */
export function timeOf(cueId: string): string {
  return /_\d+_(\d+_\d\d_\d\d)(?:_|$)/.exec(cueId)?.[1]?.replaceAll('_', ':') ?? '';
}
