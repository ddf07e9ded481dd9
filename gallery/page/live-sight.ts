/**
 * What the stage shows of a variant in flight, and whether it shows that or what is stored of it.
 */
import { stateOf, type VariantEntry } from '../show-index.js';
import { stateOfLive } from './show/live-words.js';
import type { VariantRef } from './show/route.js';
import type { LiveSight } from './stage/live-stage.js';
import type { Context } from './view.js';

export interface Sight extends LiveSight {
  /** False as long as something is stored, and nothing newer can be seen. */
  readonly shown: boolean;
}

/** Undefined if it is not in flight. */
export function liveSight({ data }: Context, ref: VariantRef, variant: VariantEntry): Sight | undefined {
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
