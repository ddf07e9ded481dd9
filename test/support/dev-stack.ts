/**
 * A development stack for tests: the built process, in a temporary folder, on free ports.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import {
  DEV_STACK_FILE,
  type DevStack,
  devStackReadySchema,
  devStackSchema,
} from '../../domain/dev-stack.js';
import { EventLog } from './event-log.js';
import { plainEnvironment } from './pregen.js';
import './temporal-cli.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface TestStack {
  readonly cwd: string;
  readonly process: ChildProcess;
  /** Its output, line by line. */
  readonly lines: EventLog;
  readonly ready: Promise<DevStack>;
  /** Exit code. */
  readonly ended: Promise<number | null>;
}

/** A folder with the configuration of a stack, by default on free ports. Remove it with {@link removeStackFolder}. */
export async function stackFolder(ports: { port?: number; uiPort?: number } = {}): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'pregen-stack-'));
  const config = parse(readFileSync(join(root, 'temporal-dev.yaml'), 'utf8'));
  config.server = { ...config.server, port: 0, uiPort: 0, ...ports };
  await writeFile(join(cwd, 'temporal-dev.yaml'), stringify(config));
  return cwd;
}

export const removeStackFolder = (cwd: string): Promise<void> => rm(cwd, { recursive: true, force: true });

/** Starts the stack of a folder. */
export function startStack(cwd: string): TestStack {
  const child = spawn(process.execPath, [join(root, 'dist/workers/dev/main.js')], {
    cwd,
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  if (child.stderr === null) throw new Error('stderr is a pipe');
  const lines = new EventLog();
  createInterface({ input: child.stderr }).on('line', (line) => lines.add(line));
  // Not `close`, which a child that was disconnected never emits.
  const ended = Promise.all([once(child, 'exit'), once(child.stderr, 'close')]).then(([[code]]) => code);
  const ready = new Promise<DevStack>((resolve, reject) => {
    child.on('message', (message) => resolve(devStackReadySchema.parse(message).stack));
    void ended.then((code) => reject(new Error(`the stack ended with ${code}:\n${lines.events.join('\n')}`)));
  });
  ready.catch(() => {});
  return { cwd, process: child, lines, ready, ended };
}

/** Present content of the stack's file. */
export async function currentStack({ cwd }: TestStack): Promise<DevStack> {
  return devStackSchema.parse(JSON.parse(await readFile(join(cwd, 'pregen-dev', DEV_STACK_FILE), 'utf8')));
}

/** Process ids of the stack and all its descendants. */
export function processTree(pid: number): number[] {
  const parents = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    parents.flatMap(([child, of]) => (of === parent && child !== undefined ? [child, ...below(child)] : []));
  return [pid, ...below(pid)];
}

/** Those of the processes that still run; zombies do not count. */
export function stillRunning(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
      return !state.startsWith('Z');
    } catch {
      return false;
    }
  });
}
