/**
 * Decisions in the store: read for a cue or a whole show, and changed under the condition that nobody else has changed
 * them meanwhile; a writer that meets another one's change reads it and decides anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
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
import { given } from '../domain/given.js';
import { JSON_CONTENT_TYPE, type ShowAddress } from '../domain/object-keys.js';
import { InvalidInputError } from '../domain/problems.js';
import { type ObjectStore, type StoreCallOptions, StoreError } from '../storage/object-store.js';

/** Decisions by cue id. */
export type ShowDecisions = ReadonlyMap<string, CueDecisions>;

/** Below the connections that a store's client has. */
const CONCURRENT_READS = 16;

/** People decide some times a minute: this many changes in a row mean another fault. */
const MAX_TRIES = 20;
const LONGEST_PAUSE_MS = 100;

/** Throws an InvalidInputError if the document is damaged: what was decided must not be guessed. */
export async function readCueDecisions(
  store: ObjectStore,
  show: ShowAddress,
  cueId: string,
  options: StoreCallOptions = {},
): Promise<CueDecisions> {
  const { decisions } = await readVersioned(store, decisionsKey(show, cueId), options);
  return decisions;
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
  for (let attempt = 1; ; attempt++) {
    const { decisions, tag } = await readVersioned(store, key, options);
    const changed = decide(decisions, changes, new Date().toISOString());
    const onlyIf = tag === undefined ? ('absent' as const) : { tag };
    try {
      const body = Buffer.from(serializeDecisions(changed));
      await store.put(key, body, { ...options, contentType: JSON_CONTENT_TYPE, onlyIf });
      return changed;
    } catch (error) {
      const isConflict = error instanceof StoreError && error.kind === 'conflict';
      if (!isConflict || attempt === MAX_TRIES) throw error;
      await sleep(Math.random() * LONGEST_PAUSE_MS, undefined, options);
    }
  }
}

async function readVersioned(
  store: ObjectStore,
  key: string,
  options: StoreCallOptions,
): Promise<{ decisions: CueDecisions; tag?: string }> {
  const found = await store.getVersioned(key, options);
  if (found === undefined) return { decisions: new Map() };
  try {
    return { decisions: parseDecisions(found.body.toString('utf8')), ...given({ tag: found.tag }) };
  } catch {
    const message = 'is no document of decisions (any more); mend it, or delete it to decide anew';
    throw new InvalidInputError(store.description, [{ where: key, message }]);
  }
}
