/**
 * What a show is performed from, read from where the settings say: its manifest, its cue sheet, the manifests of other versions.
 * A show that has been read once is kept, so that a machine that starts without a network performs all the same.
 */
import { type Manifest, manifestOf } from '../../replay/manifest.js';
import { versionOf } from '../cue-images.js';
import type { StagedImage } from '../events.js';
import type { PageSettings } from './settings.js';
import { shelf } from './storage.js';

export interface ReadShow {
  readonly manifest: Manifest;
  readonly sheet: unknown;
  readonly from: Readonly<Record<string, Manifest>>;
  /** Where a version's images lie, by `project/version`. */
  readonly bases: ReadonlyMap<string, string>;
}

/** A network that is not there yet, as after a power cut, is waited for. */
const RETRY_MS = 2000;

/** Reads a show; tries again until it succeeds. @param onProblem called with each failure */
export async function readShow(
  settings: PageSettings,
  onProblem: (error: unknown) => void,
): Promise<ReadShow> {
  for (;;) {
    try {
      return await readOnce(settings);
    } catch (error) {
      onProblem(error);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

export async function readOnce({ show, from = {} }: PageSettings): Promise<ReadShow> {
  const [manifest, sheet] = await Promise.all([readManifest(show), read(`${show}cues.json`)]);
  const others = await Promise.all(
    Object.entries(from).map(async ([program, base]) => [program, base, await readManifest(base)] as const),
  );
  return {
    manifest,
    sheet,
    from: Object.fromEntries(others.map(([program, , other]) => [program, other])),
    bases: new Map([
      [versionOf(manifest), show],
      ...others.map(([, base, other]) => [versionOf(other), base] as const),
    ]),
  };
}

export const addressIn = (
  { bases }: ReadShow,
  { version, cueId, variant }: StagedImage,
  file: string,
): string => `${bases.get(version) ?? ''}cues/${encodeURIComponent(cueId)}/${variant?.variant}/${file}`;

const readManifest = async (base: string): Promise<Manifest> =>
  manifestOf(await read(`${base}manifest.json`), `${base}manifest.json`);

/** The JSON at an address. */
export async function readNow(address: string): Promise<unknown> {
  const answer = await fetch(address, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${address} cannot be read: the server answers ${answer.status}.`);
  return answer.json();
}

/** The JSON at an address, or what was there last time: for the few documents of a show, since a browser's storage is small. */
export async function read(address: string): Promise<unknown> {
  const last = shelf(`${new URL(address, document.baseURI)}`);
  try {
    const found = await readNow(address);
    last.write(found);
    return found;
  } catch (error) {
    const known = last.read();
    if (known === null) throw error;
    return known;
  }
}
