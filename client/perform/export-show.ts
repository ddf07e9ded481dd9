/**
 * Copies of one version of a show what a performance needs: of each cue the variants that may be shown, then the manifest that
 * names them. Beside them the digest of each file is kept. Repeated, it copies what is new or changed, mends what
 * does not have its digest any more, and removes what may not be shown any more. Killed midway, it goes on where it was.
 */
import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { type Manifest, type ManifestCue, type ManifestVariant, manifestOf } from '../../replay/manifest.js';
import { timelineOf } from '../../replay/timeline.js';
import { type ObjectStore, unlessAbsent } from '../../storage/object-store.js';
import type { ShowFiles } from './show-files.js';

export interface ExportCount {
  copied: number;
  /** There already, with the right digest. */
  kept: number;
  removed: number;
  /** Variants that the manifest names and that are not there. */
  missing: number;
}

export interface ShowExport {
  /** First part of all keys: `show`. */
  readonly name: string;
  readonly files: ShowFiles;
  readonly target: ObjectStore;
  /** Cues whose images are needed. */
  readonly needs: (cue: ManifestCue) => boolean;
  readonly count: ExportCount;
  /** Called after each cue. */
  readonly onCue: (cueId: string) => void;
}

/** Of each file of a cue. */
type Digests = Record<string, { readonly sha256: string; readonly stamp: string }>;

/** Each holds one file in memory, a few megabytes. */
const CONCURRENT_FILES = 6;

/** Returns the manifest that it has written. Throws the errors of source and target. */
export async function exportShow(show: ShowExport): Promise<Manifest> {
  const manifest = manifestOf(JSON.parse(String(await show.files.read('manifest.json'))), 'manifest.json');
  const cues: ManifestCue[] = [];
  for (const cue of manifest.cues) {
    const variants = show.needs(cue) ? await exportCue(show, cue) : [];
    cues.push({ ...cue, variants });
    show.onCue(cue.cueId);
  }
  const exported = { ...manifest, cues };
  await putJson(show.target, `${show.name}/manifest.json`, exported);
  return exported;
}

async function exportCue(show: ShowExport, cue: ManifestCue): Promise<readonly ManifestVariant[]> {
  const digestsKey = `digests/${show.name}/${cue.cueId}.json`;
  const before = ((await readJson(show.target, digestsKey)) ?? {}) as Digests;
  const after: Digests = {};
  const variants: ManifestVariant[] = [];
  for (const variant of cue.variants)
    if (await exportVariant(show, cue, variant, before, after)) variants.push(variant);
    else show.count.missing += 1;
  await putJson(show.target, digestsKey, after);
  await removeOthers(show, cue, after);
  return variants;
}

/** False where a file is missing without which it cannot be shown. */
async function exportVariant(
  show: ShowExport,
  { cueId }: ManifestCue,
  { variant, previews }: ManifestVariant,
  before: Digests,
  after: Digests,
): Promise<boolean> {
  const at = (file: string): string => `cues/${cueId}/${variant}/${file}`;
  const timing = previews === 0 ? undefined : await show.files.read(at('timing.json'));
  const pictures = previews === 0 ? ['final.png'] : picturesOf(timing);
  const limit = pLimit(CONCURRENT_FILES);
  const copied = await Promise.all(
    pictures.map((file) => limit(() => copyFile(show, at(file), before, after))),
  );
  if (!copied.every((one) => one)) return false;
  return timing === undefined || copyFile(show, at('timing.json'), before, after);
}

/** The files that a timing names, or at least the final image. */
function picturesOf(timing: Buffer | undefined): string[] {
  const moments = timing === undefined ? [] : timelineOf(JSON.parse(String(timing))).moments;
  const files = moments.flatMap((moment) => (moment.kind === 'black' ? [] : [moment.file]));
  return files.length > 0 ? files : ['final.png'];
}

async function copyFile(show: ShowExport, path: string, before: Digests, after: Digests): Promise<boolean> {
  const { files, target, name, count } = show;
  const stamp = await files.stamp(path);
  if (stamp === undefined) return false;
  const key = `${name}/${path}`;
  const known = before[path];
  if (known?.stamp === stamp && known.sha256 === (await digestIn(target, key))) {
    after[path] = known;
    count.kept += 1;
    return true;
  }
  const body = await files.read(path);
  if (body === undefined) return false;
  const sha256 = digest(body);
  await target.put(key, body, { contentType: path.endsWith('.json') ? 'application/json' : 'image/png' });
  if ((await digestIn(target, key)) !== sha256)
    throw new Error(`${key} does not read back as it was written: is the disk faulty?`);
  after[path] = { sha256, stamp };
  count.copied += 1;
  return true;
}

async function removeOthers({ target, name, count }: ShowExport, { cueId }: ManifestCue, kept: Digests) {
  for await (const { key } of target.list(`${name}/cues/${cueId}/`, { keysOnly: true })) {
    if (Object.hasOwn(kept, key.slice(name.length + 1))) continue;
    await target.delete(key);
    count.removed += 1;
  }
}

const digest = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

async function digestIn(store: ObjectStore, key: string): Promise<string | undefined> {
  const body = await unlessAbsent(store.get(key));
  return body && digest(body);
}

/** What is no JSON is not there: a digest that cannot be read is no digest. */
async function readJson(store: ObjectStore, key: string): Promise<unknown> {
  try {
    return JSON.parse(String(await unlessAbsent(store.get(key))));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const putJson = (store: ObjectStore, key: string, value: unknown): Promise<void> =>
  store.put(key, Buffer.from(JSON.stringify(value)), { contentType: 'application/json' });
