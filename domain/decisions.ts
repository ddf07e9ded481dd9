/**
 * What people have decided of a cue's variants: shown, never shown, which take. One document a cue, written under the
 * condition that nobody has written it since it was read, so that two people never undo each other. It outlives every image.
 */
import { z } from 'zod';
import { given } from './given.js';
import type { ImageRecord } from './image-record.js';
import { bookkeepingPrefix, type ShowAddress } from './object-keys.js';
import { MAX_SEED } from './seeds.js';
import { textSchema } from './text-schema.js';

export const VERDICTS = ['approved', 'rejected'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** As long as people write under a picture. */
export const MAX_NOTE = 2_000;

const decisionSchema = z.object({
  verdict: z.enum(VERDICTS).optional(),
  /** Seed of the chosen take; the variant's own seed unless given. */
  seed: z.int().min(0).max(MAX_SEED).optional(),
  note: textSchema.max(MAX_NOTE).optional(),
  /** The picture that the verdict is about (`pictureOf`), where it was known: another one in its place is not approved. */
  picture: z
    .string()
    .regex(/^\d+-[0-9a-f]+$/)
    .optional(),
  /** When it was last changed, ISO 8601. */
  at: z.string(),
});

const documentSchema = z.object({
  variants: z.record(z.string().regex(/^[1-9]\d{0,8}$/), decisionSchema),
});

export type Decision = Readonly<z.output<typeof decisionSchema>>;

/** The decisions of one cue, by variant. */
export type CueDecisions = ReadonlyMap<number, Decision>;

/** A change to one decision. What is undefined stays; null clears. */
export interface DecisionChange {
  readonly variantId: number;
  readonly verdict?: Verdict | null;
  /** The picture that the verdict is about. */
  readonly picture?: string;
  readonly seed?: number | null;
  readonly note?: string | null;
  /** The verdict and seed that the deciding person has seen. If another person has decided otherwise since, nothing is changed. */
  readonly seen?: { readonly verdict: Verdict | null; readonly seed: number | null };
}

/** Another person has decided meanwhile. */
export class DecidedOtherwise extends Error {
  override readonly name = 'DecidedOtherwise';

  constructor(
    readonly variantId: number,
    readonly present: Decision | undefined,
  ) {
    super(
      `variant ${variantId} has been decided meanwhile: it is ${present?.verdict ?? 'undecided'} now; look at it again`,
    );
  }
}

/** Begins the keys of all decisions of a version. */
export const decisionsPrefix = (show: ShowAddress): string => `${bookkeepingPrefix(show)}decisions/`;

export const decisionsKey = (show: ShowAddress, cueId: string): string =>
  `${decisionsPrefix(show)}${cueId}.json`;

/** The cue of a key under {@link decisionsPrefix}; undefined for anything else. */
export function cueOfDecisionsKey(prefix: string, key: string): string | undefined {
  return key.startsWith(prefix) ? /^([^/]+)\.json$/.exec(key.slice(prefix.length))?.[1] : undefined;
}

/** Reads a document of decisions. Throws an Error with a sentence if it is none. */
export function parseDecisions(text: string): CueDecisions {
  const parsed = documentSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new Error('it is no document of decisions');
  return new Map(Object.entries(parsed.data.variants).map(([id, decision]) => [Number(id), decision]));
}

/** The document, variants in ascending order. */
export function serializeDecisions(decisions: CueDecisions): string {
  const ordered = [...decisions].sort(([a], [b]) => a - b);
  return `${JSON.stringify({ variants: Object.fromEntries(ordered) }, undefined, 1)}\n`;
}

/**
 * The decisions after these changes, at the time `at` (ISO 8601). Throws {@link DecidedOtherwise} if one of them was made
 * from an outdated view; then none of them holds.
 */
export function decide(
  decisions: CueDecisions,
  changes: readonly DecisionChange[],
  at: string,
): CueDecisions {
  const changed = new Map(decisions);
  for (const change of changes) {
    const present = changed.get(change.variantId);
    if (isOutdated(change, present)) throw new DecidedOtherwise(change.variantId, present);
    const next = changeOne(present, change, at);
    if (next === undefined) changed.delete(change.variantId);
    else changed.set(change.variantId, next);
  }
  return changed;
}

/** Tells one picture of a variant from another: the take, and everything that decides it. */
export const pictureOf = ({ seed, fingerprint }: Pick<ImageRecord, 'seed' | 'fingerprint'>): string =>
  `${seed}-${fingerprint}`;

/**
 * What is decided of this picture. A rejected variant stays rejected, whatever is in its place: it was not wanted; approved
 * is only the picture that was seen.
 */
export function verdictOn(decision: Decision | undefined, picture: string | undefined): Verdict | undefined {
  const { verdict, picture: seen } = decision ?? {};
  const isAnother = seen !== undefined && picture !== undefined && seen !== picture;
  return verdict === 'approved' && isAnother ? undefined : verdict;
}

export const isRejected = (decisions: CueDecisions | undefined, variantId: number): boolean =>
  decisions?.get(variantId)?.verdict === 'rejected';

function isOutdated({ seen, verdict, seed }: DecisionChange, present: Decision | undefined): boolean {
  // It may be the same change, whose answer was lost.
  const isDone = (is: Decision | undefined) =>
    (verdict === undefined || (is?.verdict ?? null) === verdict) &&
    (seed === undefined || (is?.seed ?? null) === seed);
  if (seen === undefined || isDone(present)) return false;
  return (present?.verdict ?? null) !== seen.verdict || (present?.seed ?? null) !== seen.seed;
}

/** Undefined if nothing is decided any more. */
function changeOne(
  present: Decision | undefined,
  { verdict, picture, seed, note }: DecisionChange,
  at: string,
): Decision | undefined {
  const next = given({
    verdict: afterChange(present?.verdict, verdict),
    // It goes with the verdict that it was given with.
    picture: afterChange(present?.picture, verdict === undefined ? undefined : (picture ?? null)),
    seed: afterChange(present?.seed, seed),
    note: afterChange(present?.note, note),
  });
  return Object.keys(next).length === 0 ? undefined : { ...next, at };
}

const afterChange = <Value>(
  present: Value | undefined,
  change: Value | null | undefined,
): Value | undefined => (change === undefined ? present : (change ?? undefined));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
