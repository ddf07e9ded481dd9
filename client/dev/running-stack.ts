/**
 * Finds a development stack that runs already, from the file that it keeps in its folder.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEV_STACK_FILE, type DevStack, devStackSchema } from '../../domain/dev-stack.js';
import { type TemporalAddress, withTemporal } from '../temporal/connect.js';

/** Where `pregen dev` and the demo keep themselves unless told otherwise. */
const STACK_FOLDERS = ['pregen-dev', 'pregen-dev/demo'];

/** The stack that runs in this folder and answers; undefined if none does. */
export async function findRunningStack(folder: string): Promise<DevStack | undefined> {
  const stack = await readStackFile(folder);
  if (stack === undefined || !isAlive(stack.pid)) return undefined;
  return withTemporal(async () => stack, stack).catch(() => undefined);
}

/** Prefix of a workflow's page in the Web UI of the stack here that serves this address; undefined if none does. */
export async function workflowPagesOfStack(
  { address, namespace }: TemporalAddress,
  folders = STACK_FOLDERS,
): Promise<string | undefined> {
  const stacks = await Promise.all(folders.map(readStackFile));
  const serving = stacks.find(
    (stack) =>
      stack !== undefined &&
      isAlive(stack.pid) &&
      onIpv4(stack.address) === onIpv4(address) &&
      stack.namespace === namespace,
  );
  return serving === undefined ? undefined : `${serving.uiUrl}/`;
}

const onIpv4 = (address: string): string => address.replace(/^localhost:/, '127.0.0.1:');

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
