/**
 * Everything that a tile shows of a variant, and the same in words. A tile is drawn again exactly when one of these facts changes.
 */
import type { LiveImage } from '../../live-image.js';
import { type CueEntry, stateOf, type VariantEntry, type VariantState } from '../../show-index.js';
import type { GalleryApi } from './gallery-api.js';
import { progressOf } from './live-words.js';
import { cueName } from './names.js';
import type { Failure, Pictures } from './pictures.js';
import { reviewOf, type Verdict, verdictIn } from './reviews.js';
import type { ShowName, VariantRef } from './route.js';
import type { Selection } from './selection.js';
import { STATE_WORDS } from './states.js';

export interface VariantFacts {
  readonly ref: VariantRef;
  /** The prompt and the variant's number. */
  readonly name: string;
  readonly state: VariantState;
  readonly selected: boolean;
  readonly verdict: Verdict | undefined;
  /** Why it is stale; undefined if it is not. */
  readonly stale: readonly string[] | undefined;
  /** Progress while it is generated: `step 3 of 14`; otherwise undefined. */
  readonly progress: string | undefined;
  /** Address of its newest preview while it is generated. */
  readonly livePicture: string | undefined;
  /** Address of its stored picture; undefined if there is none. */
  readonly picture: string | undefined;
  /** Why its picture could not be loaded. */
  readonly failure: Failure | undefined;
}

/** Sources of the facts that are not in the index. */
interface Sources {
  readonly api: Pick<GalleryApi, 'pictureAddress'>;
  readonly show: ShowName;
  readonly selection: Pick<Selection, 'has'>;
  readonly data: {
    readonly pictures: Pick<Pictures, 'failureOf'>;
    live(ref: VariantRef): LiveImage | undefined;
  };
}

/** @param cssPixels longest edge of the picture on the page */
export function variantFacts(
  cue: CueEntry,
  variant: VariantEntry,
  { api, show, selection, data }: Sources,
  cssPixels: number,
): VariantFacts {
  const [variantId, , stamp] = variant;
  const ref = { cueId: cue.cueId, variantId };
  const review = reviewOf(cue, variantId);
  const pixels = cssPixels * devicePixelRatio;
  const picture = stamp === '' ? undefined : api.pictureAddress(show, ref, stamp, pixels);
  const live = data.live(ref);
  return {
    ref,
    name: variantName(cue, variantId),
    state: stateOf(variant),
    selected: selection.has(ref),
    verdict: verdictIn(review),
    stale: review?.stale,
    progress: live && progressOf(live),
    livePicture: live?.picture,
    picture,
    failure: picture === undefined ? undefined : data.pictures.failureOf(picture),
  };
}

export const variantName = (cue: CueEntry, variantId: number): string =>
  `${cueName(cue)}, variant ${variantId}`;

const FAILURE_WORDS: Record<Failure, string> = {
  damaged: 'image damaged or missing',
  unreachable: 'image not loaded, the server does not answer',
};

/** The label for screen readers; the grid marks selected tiles by an attribute. */
export function inWords({ name, state, verdict, stale, failure, progress }: VariantFacts): string {
  const parts: string[] = [name, STATE_WORDS[state].word];
  if (progress !== undefined) parts.push(progress);
  if (verdict !== undefined) parts.push(verdict);
  if (stale !== undefined) parts.push(`stale: ${stale.join(' and ')}`);
  if (failure !== undefined) parts.push(FAILURE_WORDS[failure]);
  return parts.join(', ');
}
