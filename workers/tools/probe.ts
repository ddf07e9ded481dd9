/**
 * Whether a file is a program that runs here: the only proof that counts is running it.
 */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runToEnd } from './run-to-end.js';

/** A 250 MB binary read from a cold disk on a busy machine takes seconds to say its version. In milliseconds. */
const VERSION_TIMEOUT_MS = 30_000;

/** Undefined if `path --version` runs, else what went wrong. */
export async function refusalToRun(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
  } catch {
    return 'is not an executable file';
  }
  try {
    await runToEnd(path, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    return `does not run: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The first executable of this name on PATH. */
export async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    const executable =
      folder !== '' &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false,
      ));
    if (executable) return path;
  }
  return undefined;
}
