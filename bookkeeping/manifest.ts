/**
 * The manifest in the store: composed from what is there, and written under the condition that nobody else has written it
 * meanwhile, so that no late writer brings back what has just been rejected.
 */
import pLimit from 'p-limit';
import { isRejected } from '../domain/decisions.js';
import { given } from '../domain/given.js';
import type { ImageRecord } from '../domain/image-record.js';
import { type Inventory, isStored, takeInventory } from '../domain/inventory.js';
import { type Manifest, type ManifestCue, type ManifestVariant, manifestKey } from '../domain/manifest.js';
import {
  cuePrefix,
  cuesPrefix,
  type ShowAddress,
  timingKey,
  type VariantAddress,
} from '../domain/object-keys.js';
import type { CueTask } from '../domain/show-plan.js';
import { readDurations } from '../domain/timing.js';
import type { ObjectStore, StoreCallOptions } from '../storage/object-store.js';
import { readDecisions, type ShowDecisions } from './decisions.js';
import { listRecords } from './records.js';
import { rewrite } from './rewrite.js';

/** What a manifest is composed from. */
interface Facts {
  readonly inventory: Inventory;
  readonly decisions: ShowDecisions;
  /** By cue id, then by variant. */
  readonly records: ReadonlyMap<string, ReadonlyMap<number, ImageRecord>>;
}

const CONCURRENT_READS = 16;
/** To lose this often to other writers means another fault. */
const MAX_TRIES = 10;

/** Composes the manifest of a show and writes it. `tasks` in the order of the sheet, at least one. */
export function writeManifest(
  store: ObjectStore,
  show: ShowAddress,
  tasks: readonly CueTask[],
  options: StoreCallOptions = {},
): Promise<Manifest> {
  return rewriteManifest(store, show, options, () => composeManifest(store, show, tasks, options));
}

/** The same, where it is known that only this cue has changed. */
export function rewriteCue(
  store: ObjectStore,
  show: ShowAddress,
  tasks: readonly CueTask[],
  cueId: string,
  options: StoreCallOptions = {},
): Promise<Manifest> {
  const task = tasks.find((task) => task.cueId === cueId);
  return rewriteManifest(store, show, options, async (present) => {
    if (present === undefined || task === undefined || !isOfSheet(present, tasks))
      return composeManifest(store, show, tasks, options);
    const facts = await factsOf(store, show, cueId, options);
    const changed = await cueOf(store, task, facts, options);
    const cues = present.cues.map((cue) => (cue.cueId === cueId ? changed : cue));
    return { ...present, writtenAt: new Date().toISOString(), cues };
  });
}

/** Whether it has the cues that the show has now, in their order. */
const isOfSheet = ({ cues }: Manifest, tasks: readonly CueTask[]): boolean =>
  cues.length === tasks.length && cues.every(({ cueId }, index) => cueId === tasks[index]?.cueId);

async function composeManifest(
  store: ObjectStore,
  show: ShowAddress,
  tasks: readonly CueTask[],
  options: StoreCallOptions,
): Promise<Manifest> {
  const { project, version } = show;
  const facts = await factsOf(store, show, undefined, options);
  const cues: ManifestCue[] = [];
  for (const task of tasks) cues.push(await cueOf(store, task, facts, options));
  return { format: 1, project, version, writtenAt: new Date().toISOString(), cues };
}

function rewriteManifest(
  store: ObjectStore,
  show: ShowAddress,
  options: StoreCallOptions,
  compose: (present: Manifest | undefined) => Promise<Manifest>,
): Promise<Manifest> {
  const change = async (present: Buffer | undefined) => {
    const value = await compose(present && parse(present));
    return { value, text: `${JSON.stringify(value)}\n` };
  };
  return rewrite(store, manifestKey(show), { tries: MAX_TRIES, change }, options);
}

/** Undefined for anything that this version does not write: then it is composed anew. */
function parse(body: Buffer): Manifest | undefined {
  try {
    const manifest: Partial<Manifest> | null = JSON.parse(body.toString('utf8'));
    return manifest?.format === 1 && Array.isArray(manifest.cues) ? (manifest as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

async function factsOf(
  store: ObjectStore,
  show: ShowAddress,
  cueId: string | undefined,
  options: StoreCallOptions,
): Promise<Facts> {
  const prefix = cueId === undefined ? cuesPrefix(show) : cuePrefix({ ...show, cueId });
  const [inventory, decisions, records] = await Promise.all([
    takeInventory(cuesPrefix(show), store.list(prefix, { ...options, keysOnly: true })),
    readDecisions(store, show, cueId === undefined ? undefined : new Set([cueId]), options),
    recordsByCue(store, show, cueId, options),
  ]);
  return { inventory, decisions, records };
}

async function recordsByCue(
  store: ObjectStore,
  show: ShowAddress,
  only: string | undefined,
  options: StoreCallOptions,
): Promise<Facts['records']> {
  const records = new Map<string, Map<number, ImageRecord>>();
  for await (const { cueId, variantId, record } of listRecords(store, show, only, options))
    records.set(cueId, (records.get(cueId) ?? new Map<number, ImageRecord>()).set(variantId, record));
  return records;
}

async function cueOf(
  store: ObjectStore,
  task: CueTask,
  { inventory, decisions, records }: Facts,
  options: StoreCallOptions,
): Promise<ManifestCue> {
  const { cueId, index, time, action, settings, variants: count } = task;
  const shown = [...(inventory.get(cueId) ?? [])]
    .filter(([id, stored]) => id <= count && isStored(stored, settings.previews))
    .map(([id]) => id)
    .filter((id) => !isRejected(decisions.get(cueId), id))
    .sort((a, b) => a - b);
  const limit = pLimit(CONCURRENT_READS);
  const variants = await Promise.all(
    shown.map((variantId) => {
      const record = records.get(cueId)?.get(variantId);
      if (record !== undefined) return fromRecord(variantId, record);
      return limit(() => fromTiming(store, { ...task, variantId }, settings.previews, options));
    }),
  );
  const { program, prompt, width, height } = settings;
  return { ...{ cueId, index, ...given({ time }), action, program, prompt, width, height }, variants };
}

const fromRecord = (variant: number, { previews, durationMs }: ImageRecord): ManifestVariant => ({
  variant,
  previews,
  durationMs,
});

/** Of an image that was stored before there were records. */
async function fromTiming(
  store: ObjectStore,
  address: VariantAddress,
  previews: boolean,
  options: StoreCallOptions,
): Promise<ManifestVariant> {
  const variant = address.variantId;
  if (!previews) return { variant, previews: 0 };
  const durations = readDurations((await store.get(timingKey(address), options)).toString('utf8'));
  // Front-ends show the final image at once.
  if (durations === undefined) return { variant, previews: 0 };
  const durationMs = durations.reduce((sum, milliseconds) => sum + milliseconds, 0);
  return { variant, previews: durations.length - 1, durationMs };
}
