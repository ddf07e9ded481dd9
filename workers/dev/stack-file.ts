/**
 * `stack.json` in the stack's folder: the claim that keeps two stacks out of one database, and where others find
 * the running stack's addresses and process ids.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEV_STACK_FILE, type DevStack, devStackSchema } from '../../domain/dev-stack.js';

export class StackFile {
  private readonly path: string;

  constructor(private readonly folder: string) {
    this.path = join(folder, DEV_STACK_FILE);
  }

  /** Claims the folder. Returns the stack that has it already, if that one lives. */
  claim(stack: DevStack): DevStack | undefined {
    // Database and logs hold what the show says: nobody else's business on a shared machine.
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const owner = this.read();
    if (owner !== undefined && owner.pid !== stack.pid && isStack(owner.pid)) return owner;
    rmSync(this.path, { force: true });
    try {
      writeFileSync(this.path, JSON.stringify(stack), { flag: 'wx' });
      return undefined;
    } catch {
      return this.read() ?? stack;
    }
  }

  /** Writes what the stack is now; readers see the old file or the new one. */
  update(stack: DevStack): void {
    writeFileSync(`${this.path}.new`, `${JSON.stringify(stack, undefined, 2)}\n`);
    renameSync(`${this.path}.new`, this.path);
  }

  release(): void {
    rmSync(this.path, { force: true });
  }

  /** What the stack that has, or had, this folder last said of itself. */
  read(): DevStack | undefined {
    try {
      return devStackSchema.safeParse(JSON.parse(readFileSync(this.path, 'utf8'))).data;
    } catch {
      return undefined;
    }
  }
}

/** Whether the process is alive and still a stack: process ids are given away again after a while. */
const isStack = (pid: number): boolean => commandOf(pid).includes('workers/dev/main');

/** Whether the process is alive and one that a stack starts. */
const isPartOfStack = (pid: number): boolean => /workers\/main|server\0?\s?start-dev/.test(commandOf(pid));

/** Longer than processes may take to notice that their stack was killed, and to end. */
const LEFTOVERS_MS = 30_000;

/**
 * Waits until the processes of a stack that was killed are gone, or long enough: two servers must not share one
 * database.
 */
export async function untilGone({ processes }: DevStack, say: (line: string) => void): Promise<void> {
  const deadline = Date.now() + LEFTOVERS_MS;
  for (let looks = 0; Object.values(processes).some(isPartOfStack) && Date.now() < deadline; looks++) {
    if (looks === 0) say('waiting for the processes of a stack that was killed to end');
    await sleep(200);
  }
}

/** Command line of a process; empty if it is dead, collected or not. */
function commandOf(pid: number): string {
  try {
    if (existsSync('/proc/self')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
