/** A named pipe that nobody writes to: whoever opens it for reading waits for ever. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Puts one in place of whatever is at the path. */
export function makeNamedPipe(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  execFileSync('mkfifo', [path]);
}
