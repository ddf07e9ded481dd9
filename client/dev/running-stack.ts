/**
 * Finds a development stack that runs already, from the file that it keeps in its folder.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEV_STACK_FILE, type DevStack, devStackSchema } from '../../domain/dev-stack.js';
import { withTemporal } from '../temporal/connect.js';

/** The stack that runs in this folder and answers; undefined if none does. */
export async function findRunningStack(folder: string): Promise<DevStack | undefined> {
  const stack = await readStackFile(folder);
  if (stack === undefined || !isAlive(stack.pid)) return undefined;
  return withTemporal(async () => stack, stack).catch(() => undefined);
}

/** What the stack in this folder last said of itself. */
export async function readStackFile(folder: string): Promise<DevStack | undefined> {
  try {
    return devStackSchema.safeParse(JSON.parse(await readFile(join(folder, DEV_STACK_FILE), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
