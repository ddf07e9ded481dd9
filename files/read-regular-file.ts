/**
 * The one door for files that others name: a regular file of a sane size, or a sentence why not, before anything is read. A named
 * pipe would wait for ever for its writer, a device never ends, and a huge file takes the memory of the program that parses it.
 */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** What is at the path is not a file that will be read; the message says why. */
export class UnfitFileError extends Error {
  override readonly name = 'UnfitFileError';

  /** @param problem the end of a sentence that begins with the path */
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super(`${path} ${problem}`);
  }
}

/** More than any picture has that is worth starting an image from. */
export const MAX_PICTURE_BYTES = 256 * 1024 * 1024;

export interface ReadOptions {
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
  /** Refuse a symbolic link in the last part of the path. */
  readonly noFollow?: boolean;
}

/** Content of a regular file. Throws an UnfitFileError, or the system's error where there is none or it cannot be read. */
export async function readRegularFile(path: string, options: ReadOptions): Promise<Buffer> {
  const { maxBytes, signal, noFollow = false } = options;
  const file = await openRegularFile(path, noFollow);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw new UnfitFileError(path, `has ${size} bytes; at most ${maxBytes} are read`);
    return await file.readFile(signal === undefined ? {} : { signal });
  } finally {
    await file.close();
  }
}

/** Opens for reading, or for writing too, and never waits for the other end of a pipe. The same errors. */
export async function openRegularFile(
  path: string,
  noFollow: boolean,
  access = constants.O_RDONLY,
): Promise<FileHandle> {
  // Windows has neither flag, and neither pipes nor devices among its files.
  const { O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const file = await open(path, access | O_NONBLOCK | (noFollow ? O_NOFOLLOW : 0));
  const facts = await file.stat();
  if (facts.isFile()) return file;
  await file.close();
  throw new UnfitFileError(path, `is ${kindOf(facts)}, expected a file`);
}

function kindOf(facts: Stats): string {
  if (facts.isDirectory()) return 'a folder';
  if (facts.isFIFO()) return 'a named pipe';
  return facts.isSocket() ? 'a socket' : 'a device';
}
