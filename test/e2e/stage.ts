/**
 * A stage for whole-show tests: the development stack as people run it (real Temporal server, real worker
 * processes, the demo model), on free ports and in a temporary folder, and a small show to generate.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { parse, stringify } from 'yaml';
import { type DevStack, devStackReadySchema } from '../../domain/dev-stack.js';
import { type Outcome, pregen, pregenProcess } from '../support/pregen.js';
import '../support/temporal-cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = (...path: string[]) => join(root, 'dist', ...path);

export interface Stage {
  readonly folder: string;
  readonly stack: DevStack;
  readonly client: Client;
  /** Runs `pregen …` against this stage; resolves with its output, for any exit code. */
  pregen(...args: string[]): Promise<Outcome>;
  /** The same, but faster: in a process that has the command line loaded. */
  ask(...args: string[]): Promise<Outcome>;
  /** The present process id of a role; it changes when the role is started again. */
  pidOf(role: string): Promise<number>;
  close(): Promise<void>;
}

export interface StageOptions {
  /** `PREGEN_STORE`; a folder of the stage's own unless given. */
  readonly store?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Dynamic configuration of the server, besides that of the development stack. */
  readonly dynamicConfig?: Readonly<Record<string, number>>;
}

/** Starts a stage. The caller must `close()` it. */
export async function setStage({ store, env = {}, dynamicConfig = {} }: StageOptions = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-stage-'));
  const config = join(folder, 'temporal-dev.yaml');
  await writeFile(config, await declaration(folder, store, dynamicConfig));
  const log: string[] = [];
  const child = spawn(process.execPath, [built('workers', 'dev', 'main.js'), '--config', config], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  child.stderr?.on('data', (chunk) => log.push(String(chunk)));
  const stack = await ready(child, log);
  const connection = await Connection.connect({ address: stack.address });
  const surroundings = {
    cwd: folder,
    env: { ...env, TEMPORAL_ADDRESS: stack.address, PREGEN_STORE: stack.store },
  };
  return {
    folder,
    stack,
    client: new Client({ connection, namespace: stack.namespace }),
    pregen: (...args) => pregenProcess(args, surroundings),
    ask: (...args) => pregen(args, surroundings),
    pidOf: async (role) => (await currentStack(folder)).processes[role] ?? Number.NaN,
    close: async () => {
      await connection.close();
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function declaration(
  folder: string,
  store: string | undefined,
  more: NonNullable<StageOptions['dynamicConfig']>,
): Promise<string> {
  const own = parse(await readFile(join(root, 'temporal-dev.yaml'), 'utf8'));
  const dynamicConfig = { ...own.server.dynamicConfig, ...more };
  const server = { ...own.server, port: 0, uiPort: 0, dynamicConfig };
  return stringify({
    ...own,
    server,
    folder: join(folder, 'dev'),
    store: store ?? `file:${join(folder, 'store')}`,
  });
}

async function ready(child: ChildProcess, log: readonly string[]): Promise<DevStack> {
  const failed = once(child, 'exit').then(() =>
    Promise.reject(new Error(`the stack ended:\n${log.join('')}`)),
  );
  const [message] = await Promise.race([once(child, 'message'), failed]);
  failed.catch(() => {});
  return devStackReadySchema.parse(message).stack;
}

async function currentStack(folder: string): Promise<DevStack> {
  return JSON.parse(await readFile(join(folder, 'dev', 'stack.json'), 'utf8'));
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
