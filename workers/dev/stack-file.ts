/**
 * `stack.json` in the stack's folder: the claim that keeps two stacks out of one database, and where others find
 * the running stack's addresses and process ids.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEV_STACK_FILE, type DevStack, devStackSchema } from '../../domain/dev-stack.js';

export class StackFile {
  private readonly path: string;

  constructor(private readonly folder: string) {
    this.path = join(folder, DEV_STACK_FILE);
  }

  /** Claims the folder. Returns the stack that has it already, if that one lives. */
  claim(stack: DevStack): DevStack | undefined {
    mkdirSync(this.folder, { recursive: true });
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

  private read(): DevStack | undefined {
    try {
      return devStackSchema.safeParse(JSON.parse(readFileSync(this.path, 'utf8'))).data;
    } catch {
      return undefined;
    }
  }
}

/** Whether the process is alive and still a stack: process ids are given away again after a while. */
function isStack(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return commandOf(pid).includes('workers/dev/main');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  }
}
