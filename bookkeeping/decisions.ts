/**
 * Decisions in the store: read for a cue or a whole show, and changed under the condition that nobody else has changed
 * them meanwhile; a writer that meets another one's change reads it and decides anew.
 */
import pLimit from 'p-limit';
import {
  type CueDecisions,
  cueOfDecisionsKey,
  type DecisionChange,
  decide,
  decisionsKey,
  decisionsPrefix,
  parseDecisions,
  serializeDecisions,
} from '../domain/decisions.js';
import type { ShowAddress } from '../domain/object-keys.js';
import { InvalidInputError } from '../domain/problems.js';
import type { ObjectStore, StoreCallOptions } from '../storage/object-store.js';
import { rewrite } from './rewrite.js';

/** Decisions by cue id. */
export type ShowDecisions = ReadonlyMap<string, CueDecisions>;

/** Below the connections that a store's client has. */
const CONCURRENT_READS = 16;

/** People decide some times a minute: this many changes in a row mean another fault. */
const MAX_TRIES = 20;

/** Throws an InvalidInputError if the document is damaged: what was decided must not be guessed. */
export async function readCueDecisions(
  store: Pick<ObjectStore, 'getVersioned' | 'description'>,
  show: ShowAddress,
  cueId: string,
  options: StoreCallOptions = {},
): Promise<CueDecisions> {
  const key = decisionsKey(show, cueId);
  return parse(store, key, (await store.getVersioned(key, options))?.body);
}

/** Of the whole show, or of these cues; cues without decisions are left out. */
export async function readDecisions(
  store: ObjectStore,
  show: ShowAddress,
  cueIds?: ReadonlySet<string>,
  options: StoreCallOptions = {},
): Promise<ShowDecisions> {
  const decided: string[] = [];
  const prefix = decisionsPrefix(show);
  for await (const { key } of store.list(prefix, { ...options, keysOnly: true })) {
    const cueId = cueOfDecisionsKey(prefix, key);
    if (cueId !== undefined && (cueIds?.has(cueId) ?? true)) decided.push(cueId);
  }
  const limit = pLimit(CONCURRENT_READS);
  const read = async (cueId: string) => [cueId, await readCueDecisions(store, show, cueId, options)] as const;
  return new Map(await Promise.all(decided.map((cueId) => limit(() => read(cueId)))));
}

/**
 * Changes the decisions of a cue and returns all that hold now. Throws DecidedOtherwise if a change was made from an
 * outdated view; then none of the changes holds.
 */
export async function changeDecisions(
  store: ObjectStore,
  show: ShowAddress,
  cueId: string,
  changes: readonly DecisionChange[],
  options: StoreCallOptions = {},
): Promise<CueDecisions> {
  const key = decisionsKey(show, cueId);
  const change = async (present: Buffer | undefined) => {
    const value = decide(parse(store, key, present), changes, new Date().toISOString());
    return { value, text: serializeDecisions(value) };
  };
  return rewrite(store, key, { tries: MAX_TRIES, change }, options);
}

function parse(
  { description }: Pick<ObjectStore, 'description'>,
  key: string,
  body: Buffer | undefined,
): CueDecisions {
  if (body === undefined) return new Map();
  try {
    return parseDecisions(body.toString('utf8'));
  } catch {
    const message = 'is no document of decisions (any more); mend it, or delete it to decide anew';
    throw new InvalidInputError(description, [{ where: key, message }]);
  }
}
