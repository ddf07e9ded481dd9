/**
 * One pass over a store's listing: its shows, the objects of each variant, and the key of each show's newest bundle.
 * It keeps a few numbers for each variant, however many previews that has.
 */
import { cueOfDecisionsKey } from '../domain/decisions.js';
import { given } from '../domain/given.js';
import { type ImageRecord, parseRecordKey } from '../domain/image-record.js';
import { cuesPrefix, parseVariantKey } from '../domain/object-keys.js';
import type { ObjectHead, ObjectStore } from '../storage/object-store.js';

export interface FoundVariant {
  final: boolean;
  timing: boolean;
  /** Number of stored previews. */
  steps: number;
  /** The highest step of the stored previews. */
  lastStep: number;
  /** When the newest of its objects was written, ms since 1970. */
  newestMs: number;
  /** Total size of its objects: together with the time, it tells one content from the next. */
  bytes: number;
}

export interface FoundShow {
  readonly project: string;
  readonly version: string;
  readonly cues: Map<string, Map<number, FoundVariant>>;
  /** Records by cue id, then by variant; undefined while an image is being replaced. */
  readonly records: Map<string, Map<number, ImageRecord | undefined>>;
  /** Seeds of the takes beside the chosen ones, by cue id and variant. */
  readonly takes: Map<string, Map<number, number[]>>;
  /** The documents of decisions, by cue id. */
  readonly decided: Map<string, FoundDocument>;
  /** The newest bundle. */
  bundle?: { readonly key: string; readonly modifiedMs: number };
}

export interface FoundDocument {
  readonly key: string;
  readonly modifiedMs: number;
  readonly bytes: number;
}

/** Lists everything under `prefix` ('' for all) and sorts it into shows, keyed `project/version`. */
export async function scanStore(
  store: Pick<ObjectStore, 'list'>,
  prefix: string,
  signal?: AbortSignal,
): Promise<Map<string, FoundShow>> {
  const shows = new Map<string, FoundShow>();
  for await (const head of store.list(prefix, given({ signal }))) note(shows, head);
  for (const [name, show] of shows) if (show.cues.size === 0 && show.bundle === undefined) shows.delete(name);
  return shows;
}

function note(shows: Map<string, FoundShow>, head: ObjectHead): void {
  const [project, version, folder] = head.key.split('/', 3);
  if (project === undefined || version === undefined || (folder !== 'cues' && folder !== 'pregen')) return;
  const name = `${project}/${version}`;
  const show = shows.get(name) ?? nothingOf(project, version);
  shows.set(name, show);
  if (folder === 'cues') noteImage(show, head);
  else noteBookkeeping(show, head);
}

function noteImage(show: FoundShow, { key, bytes, modifiedAt }: ObjectHead): void {
  const parsed = parseVariantKey(prefixOf(show), key);
  if (parsed === undefined) return;
  const variants = show.cues.get(parsed.cueId) ?? new Map<number, FoundVariant>();
  show.cues.set(parsed.cueId, variants);
  const variant = variants.get(parsed.variantId) ?? nothingFound();
  variants.set(parsed.variantId, variant);
  variant.newestMs = Math.max(variant.newestMs, modifiedAt?.getTime() ?? 0);
  variant.bytes += bytes;
  if (parsed.object.kind !== 'step') variant[parsed.object.kind] = true;
  else {
    variant.steps += 1;
    variant.lastStep = Math.max(variant.lastStep, parsed.object.step);
  }
}

function noteBookkeeping(show: FoundShow, head: ObjectHead): void {
  const prefix = `${show.project}/${show.version}/pregen/`;
  const kind = head.key.slice(prefix.length).split('/', 1)[0];
  if (kind === 'bundles') noteBundle(show, head);
  else if (kind === 'images') noteRecord(show, `${prefix}images/`, head);
  else if (kind === 'take-images') noteTake(show, `${prefix}take-images/`, head);
  else if (kind === 'decisions') noteDecisions(show, `${prefix}decisions/`, head);
}

function noteRecord({ records }: FoundShow, prefix: string, { key }: ObjectHead): void {
  const parsed = parseRecordKey(prefix, key);
  if (parsed === undefined) return;
  const { cueId, variantId, record } = parsed;
  const cue = records.get(cueId) ?? new Map<number, ImageRecord | undefined>();
  records.set(cueId, cue.set(variantId, cue.has(variantId) ? undefined : record));
}

function noteTake({ takes }: FoundShow, prefix: string, { key }: ObjectHead): void {
  const parsed = parseRecordKey(prefix, key);
  if (parsed === undefined) return;
  const { cueId, variantId, record } = parsed;
  const cue = takes.get(cueId) ?? new Map<number, number[]>();
  takes.set(cueId, cue.set(variantId, [...(cue.get(variantId) ?? []), record.seed]));
}

function noteDecisions({ decided }: FoundShow, prefix: string, { key, bytes, modifiedAt }: ObjectHead): void {
  const cueId = cueOfDecisionsKey(prefix, key);
  if (cueId !== undefined) decided.set(cueId, { key, bytes, modifiedMs: modifiedAt?.getTime() ?? 0 });
}

/** Names that this project's keys cannot contain: no key begins with the returned prefix then. */
function prefixOf(show: FoundShow): string {
  try {
    return cuesPrefix(show);
  } catch {
    return '\u0000';
  }
}

function noteBundle(show: FoundShow, { key, modifiedAt }: ObjectHead): void {
  if (!/^[^/]+\/[^/]+\/pregen\/bundles\/[0-9a-f]{64}\.json$/.test(key)) return;
  const modifiedMs = modifiedAt?.getTime() ?? 0;
  if (show.bundle === undefined || modifiedMs >= show.bundle.modifiedMs) show.bundle = { key, modifiedMs };
}

const nothingOf = (project: string, version: string): FoundShow => ({
  ...{ project, version },
  ...{ cues: new Map(), records: new Map(), takes: new Map(), decided: new Map() },
});

const nothingFound = (): FoundVariant => ({
  final: false,
  timing: false,
  steps: 0,
  lastStep: 0,
  newestMs: 0,
  bytes: 0,
});
