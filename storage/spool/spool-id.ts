/**
 * The spool's own name, kept inside it: uploads are ordered to the task queue `spool-<id>`, and the process that has the disk
 * serves that queue, be it a restarted worker, a replaced one, or several machines that share the disk.
 */
import { randomBytes } from 'node:crypto';
import { link, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../domain/system-error.js';
import { syncFolder, writeDurably } from '../durable-file.js';
import { orIfAbsent } from './space.js';

const ID_FILE = 'spool-id';
/** 48 bits: enough that no two spools of one installation ever meet. */
const ID_BYTES = 6;

/** Reads the id, or makes one. However many processes do so at once, all get the same. */
export async function spoolIdOf(directory: string): Promise<string> {
  const path = join(directory, ID_FILE);
  const text =
    (await orIfAbsent<string | undefined>(readFile(path, 'utf8'), undefined)) ?? (await created(path));
  const id = text.trim();
  if (/^[0-9a-f]{12}$/.test(id)) return id;
  throw new Error(
    `The file ${path} is damaged: it should hold the spool's id, 12 hexadecimal digits. ` +
      'Restore it (uploads wait on the task queue "spool-<id>"), or choose an empty folder with PREGEN_SPOOL.',
  );
}

/** A link, unlike a rename, fails if the file exists: the first one wins, with its content complete. */
async function created(path: string): Promise<string> {
  const id = randomBytes(ID_BYTES).toString('hex');
  const draft = `${path}.${id}`;
  await writeDurably(draft, Buffer.from(`${id}\n`));
  try {
    await link(draft, path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(join(path, '..'));
  return readFile(path, 'utf8');
}
