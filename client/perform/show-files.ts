/**
 * The files that a performance needs, wherever they lie: in the store of a show file, whose cue sheet lies beside it, or at an
 * address of the web, where the cue sheet lies beside the manifest as `cues.json`.
 */
import { dirname, resolve } from 'node:path';
import type { ShowAddress } from '../../domain/object-keys.js';
import { type ObjectStore, unlessAbsent } from '../../storage/object-store.js';
import type { LoadedShow } from '../load/load-show.js';
import { readText } from '../load/read-input.js';
import { CommandError } from '../terminal/describe-error.js';

export interface ShowFiles {
  /** The bytes of `manifest.json`, `cues.json`, or an object below `cues/`; undefined where there is none. */
  read(path: string): Promise<Buffer | undefined>;
  /** Changes when the file does, as far as its keeper knows; undefined where there is no file. */
  stamp(path: string): Promise<string | undefined>;
}

const MAX_CUE_SHEET_BYTES = 16 * 1024 * 1024;

export const SHOW_FILE =
  /^(manifest\.json|cues\.json|cues\/[^/]+\/[1-9]\d*\/(final\.png|[1-9]\d*\.png|timing\.json))$/;

/** A version of a show in a store; its cue sheet is that of the show file. */
export function filesInStore(
  store: ObjectStore,
  { project, version }: ShowAddress,
  sheet?: Buffer,
): ShowFiles {
  return {
    read: async (path) => {
      if (path === 'cues.json') return sheet;
      return unlessAbsent(store.get(`${project}/${version}/${path}`));
    },
    stamp: async (path) => {
      const head = await store.head(`${project}/${version}/${path}`);
      return head && `${head.bytes} ${head.modifiedAt?.toISOString()}`;
    },
  };
}

/** The cue sheet of a show file, as it stands there. */
export async function sheetOf({ path, show }: LoadedShow): Promise<Buffer> {
  return Buffer.from(await readText(resolve(dirname(path), show.cues), 'cue sheet', MAX_CUE_SHEET_BYTES));
}

/** A show on a web server. */
export function filesAtUrl(url: string): ShowFiles {
  const base = url.replace(/\/?$/, '/');
  const request = async (path: string, method: 'GET' | 'HEAD'): Promise<Response | undefined> => {
    const address = new URL(path.split('/').map(encodeURIComponent).join('/'), base);
    const answer = await fetch(address, { method });
    if (answer.ok) return answer;
    if (answer.status === 404 || answer.status === 403) return undefined;
    throw new CommandError(`${base}${path} answers ${answer.status} ${answer.statusText}`.trim());
  };
  return {
    read: async (path) => {
      const answer = await request(path, 'GET');
      return answer && Buffer.from(await answer.arrayBuffer());
    },
    stamp: async (path) => {
      const headers = (await request(path, 'HEAD'))?.headers;
      return (
        headers && ['content-length', 'etag', 'last-modified'].map((name) => headers.get(name)).join(' ')
      );
    },
  };
}

/** Throws an error that says what is missing where there is nothing to perform. */
export async function checkShow(files: ShowFiles, where: string): Promise<void> {
  for (const [path, remedy] of [
    ['manifest.json', '"pregen manifest FILE" writes it'],
    [
      'cues.json',
      'the cue sheet must lie beside the manifest; "pregen perform export FILE DIR" puts it there',
    ],
  ] as const)
    if ((await files.read(path)) === undefined)
      throw new CommandError(`There is no ${path} in ${where}: ${remedy}.`);
}
