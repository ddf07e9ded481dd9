/**
 * What things are called inside the spool, and which names are allowed to come from outside.
 */
import { basename } from 'node:path';

export const RENDITIONS_FOLDER = 'renditions';
export const REQUEST_FILE = 'request.json';
export const JOURNAL_FILE = 'journal.jsonl';
export const SCRATCH_FOLDER = 'scratch';
export const FINAL_FILE = 'final.png';
/** The newest, and one to fall back on should the disk have damaged it. */
export const CHECKPOINTS_KEPT = 2;
/** The limit of a file name on every common file system, in bytes. */
const MAX_NAME_BYTES = 255;

export const previewFile = (step: number): string => `step-${step}.png`;
export const latentsFile = (step: number): string => `step-${step}.latents`;

/** Any id becomes one safe folder name; `decodeURIComponent` is the way back. */
export function folderNameOf(renditionId: string): string {
  const valid = Buffer.from(renditionId).toString() === renditionId;
  const name = valid ? encodeURIComponent(renditionId) : '';
  if (name === '' || name.startsWith('.') || Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw new Error(
      `"${renditionId}" cannot be a rendition's id: it must be valid Unicode, short, and not begin with a dot.`,
    );
  }
  return name;
}

/** The id of a folder name; none for a name that {@link folderNameOf} never gives. */
export function renditionIdsOf(folderName: string): string[] {
  try {
    const id = decodeURIComponent(folderName);
    return folderNameOf(id) === folderName ? [id] : [];
  } catch {
    return [];
  }
}

/** File names come back from manifests: one that leads out of the folder is refused. */
export function plainName(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('\0') || basename(name) !== name) {
    throw new Error(`"${name}" is not the name of a file in a rendition's folder.`);
  }
  return name;
}
