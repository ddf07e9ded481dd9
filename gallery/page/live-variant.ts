/**
 * What the stage shows of a variant in flight, and whether it shows that or the stored replay.
 */
import { stateOf, type VariantEntry } from '../show-index.js';
import { stateOfLive } from './show/live-words.js';
import type { VariantRef } from './show/route.js';
import type { LiveContent } from './stage/live-stage.js';
import type { Context } from './view.js';

export interface LiveVariant extends LiveContent {
  /** Whether to show the live preview; false for a stored variant that has no newer preview yet. */
  readonly shown: boolean;
}

/** Undefined for a variant that is not in flight. */
export function liveVariant(
  { data }: Context,
  ref: VariantRef,
  variant: VariantEntry,
): LiveVariant | undefined {
  const live = data.live(ref);
  if (live === undefined && stateOf(variant) !== 'in-flight') return undefined;
  const [, , stamp] = variant;
  const hasPicture = live?.picture !== undefined;
  return {
    name: data.nameOf(ref),
    words: live === undefined ? 'In flight.' : stateOfLive(live),
    picture: hasPicture ? data.livePicture(ref) : undefined,
    shown: hasPicture || stamp === '',
  };
}
