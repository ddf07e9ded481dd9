/**
 * All that a tile shows of a variant, and the same in words. A tile is drawn again exactly when one of these changes.
 */
import { type CueEntry, stateOf, type VariantEntry, type VariantState } from '../../show-index.js';
import { cueName } from './names.js';
import type { Failure } from './pictures.js';
import type { VariantRef } from './route.js';
import { STATE_WORDS } from './states.js';

export interface VariantFacts {
  readonly ref: VariantRef;
  /** The prompt and the variant's number. */
  readonly name: string;
  readonly state: VariantState;
  readonly marked: boolean;
  /** Address of its picture; undefined where there is none. */
  readonly picture: string | undefined;
  /** Why the picture cannot be shown. */
  readonly failure: Failure | undefined;
}

/** What the page knows beside the index. */
export interface Surroundings {
  readonly isMarked: (ref: VariantRef) => boolean;
  readonly pictureOf: (ref: VariantRef, stamp: string) => string;
  readonly failureOf: (address: string) => Failure | undefined;
}

export function variantFacts(cue: CueEntry, variant: VariantEntry, around: Surroundings): VariantFacts {
  const [variantId, , stamp] = variant;
  const ref = { cueId: cue.cueId, variantId };
  const picture = stamp === '' ? undefined : around.pictureOf(ref, stamp);
  return {
    ref,
    name: variantName(cue, variantId),
    state: stateOf(variant),
    marked: around.isMarked(ref),
    picture,
    failure: picture === undefined ? undefined : around.failureOf(picture),
  };
}

export const variantName = (cue: CueEntry, variantId: number): string =>
  `${cueName(cue)}, variant ${variantId}`;

const FAILURE_WORDS: Record<Failure, string> = {
  damaged: 'image damaged or missing',
  unreachable: 'image not loaded, the server does not answer',
};

/** For whoever hears the page. */
export function inWords({ name, state, marked, failure }: VariantFacts): string {
  const parts = [name, STATE_WORDS[state].word];
  if (failure !== undefined) parts.push(FAILURE_WORDS[failure]);
  if (marked) parts.push('marked');
  return parts.join(', ');
}
