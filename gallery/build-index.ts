/**
 * Builds the index that the page shows (every cue in the order of the show, every variant with its state) from the objects in
 * the store, the cues of the show file and the variants in flight.
 */
import { given } from '../domain/given.js';
import type { CueReview } from './review/review-entry.js';
import {
  type CueEntry,
  type CueFacts,
  VARIANT_STATES,
  type VariantEntry,
  type VariantState,
} from './show-index.js';
import type { FoundShow, FoundVariant } from './store-scan.js';

/** Variants listed as missing per cue, at most: a bundle that asks for more has a typing mistake. */
const MAX_PLANNED = 100_000;

/**
 * @param facts of each cue in the show file, by cue id
 * @param inFlight `cueId/variantId` of every variant whose workflow is running
 * @param reviewOf decisions of a cue, and which of its variants are stale
 */
export function buildIndex(
  { cues }: Pick<FoundShow, 'cues'>,
  facts: ReadonlyMap<string, CueFacts>,
  inFlight: ReadonlySet<string>,
  reviewOf: (cueId: string) => CueReview | undefined = () => undefined,
): CueEntry[] {
  const cueIds = new Set([...facts.keys(), ...cues.keys()]);
  return [...cueIds]
    .map((cueId) => ({
      ...entryOf(cueId, cues.get(cueId) ?? new Map(), facts.get(cueId), inFlight),
      ...given({ review: reviewOf(cueId) }),
    }))
    .sort(inShowOrder);
}

function entryOf(
  cueId: string,
  found: ReadonlyMap<number, FoundVariant>,
  facts: CueFacts | undefined,
  inFlight: ReadonlySet<string>,
): CueEntry {
  const whole = wholeVariant(found, facts);
  const variants = variantIds(found, facts).map((id): VariantEntry => {
    const variant = found.get(id);
    const state = inFlight.has(`${cueId}/${id}`) ? 'in-flight' : stateOfVariant(variant, whole);
    const entry = [id, VARIANT_STATES.indexOf(state), stampOf(variant)] as const;
    return variant?.timing === true ? [...entry, variant.steps] : entry;
  });
  return { cueId, ...given({ facts }), variants };
}

function variantIds(found: ReadonlyMap<number, FoundVariant>, facts: CueFacts | undefined): number[] {
  const planned = Math.min(facts?.planned ?? 0, MAX_PLANNED);
  const ids = new Set([...Array.from({ length: planned }, (_, index) => index + 1), ...found.keys()]);
  return [...ids].sort((a, b) => a - b);
}

interface WholeVariant {
  /** Whether it has a `timing.json`. */
  readonly timed: boolean;
  /** Number of previews. */
  readonly steps: number;
}

/**
 * What every variant of the cue should have. A scheduler may run one iteration more than the plan counts (PNDM), and without a
 * bundle there is no plan: the variant with the most previews tells how many are complete.
 */
function wholeVariant(found: ReadonlyMap<number, FoundVariant>, facts: CueFacts | undefined): WholeVariant {
  const variants = [...found.values()];
  const steps = variants.reduce((most, { lastStep }) => Math.max(most, lastStep), facts?.iterations ?? 0);
  if (facts !== undefined) return { timed: facts.previews, steps: facts.previews ? steps : 0 };
  return { timed: variants.some((variant) => variant.timing || variant.steps > 0), steps };
}

function stateOfVariant(variant: FoundVariant | undefined, whole: WholeVariant): VariantState {
  if (variant === undefined) return 'missing';
  if (!variant.final || (whole.timed && !variant.timing)) return 'incomplete';
  return variant.steps < whole.steps ? 'degraded' : 'stored';
}

const stampOf = (variant: FoundVariant | undefined): string =>
  variant?.final === true ? `${variant.newestMs.toString(36)}-${variant.bytes.toString(36)}` : '';

function inShowOrder(a: CueEntry, b: CueEntry): number {
  return indexOf(a) - indexOf(b) || (a.cueId < b.cueId ? -1 : 1);
}

/** Of a cue that is in no bundle, the cue id contains the index (`prompt_12_00_01_30`). */
const indexOf = ({ cueId, facts }: CueEntry): number =>
  facts?.index ?? Number(/^[a-z]+_(\d+)_/.exec(cueId)?.[1] ?? Number.MAX_SAFE_INTEGER);
