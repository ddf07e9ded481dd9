/**
 * Runs the built `pregen` in a folder of its own, with the test's configuration only: in a new process, or, faster and with the same
 * result, in one that has run other commands before.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { EventLog } from './event-log.js';
import { type Outcome, WarmPregen } from './warm-pregen.js';

export type { Outcome } from './warm-pregen.js';

export const ENTRY = fileURLToPath(new URL('../../dist/client/pregen.js', import.meta.url));

/** The environment without settings of this project and of Temporal. */
export function plainEnvironment(): Record<string, string | undefined> {
  const ours = /^(PREGEN|TEMPORAL|AWS)_(?!CLI_PATH|CACHE)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const spawnPregen = (args: readonly string[], { cwd, env = {} }: Surroundings) =>
  spawn(process.execPath, [ENTRY, ...args], {
    cwd,
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Starts a command that runs for long: its output, line by line, and its exit code. */
export function startPregen(
  args: readonly string[],
  surroundings: Surroundings,
): {
  readonly said: EventLog;
  readonly ended: Promise<number | null>;
  readonly pid: number | undefined;
  stop(): void;
} {
  const child = spawnPregen(args, surroundings);
  const said = new EventLog();
  createInterface({ input: child.stderr }).on('line', (line) => said.add(line));
  child.stdout.resume();
  return {
    said,
    ended: once(child, 'exit').then(([code]) => code),
    pid: child.pid,
    stop: () => void child.kill(),
  };
}

/** Runs a command to its end, in a process of its own. */
export async function pregenProcess(args: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  const child = spawnPregen(args, surroundings);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

/** Idle processes that have the command line loaded. */
const idle: WarmPregen[] = [];

/** The same in a process that has the command line loaded, because loading takes longer than most commands. */
export async function pregen(args: readonly string[], { cwd, env = {} }: Surroundings): Promise<Outcome> {
  const warm = idle.pop() ?? new WarmPregen();
  const outcome = await warm.run({ args, cwd, env: { ...plainEnvironment(), ...env } });
  if (warm.isRunning) idle.push(warm);
  return outcome;
}
