/**
 * `pregen worker`: runs worker processes of this machine against the configured Temporal server. Each role is a
 * process of its own, so that a crashing model cannot hold back uploads.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { DRAIN_MESSAGE } from '../../domain/drain-message.js';
import { given } from '../../domain/given.js';
import { nthAddresses } from '../../domain/listen-address.js';
import { logFormat } from '../../domain/log-format.js';
import { InvalidInputError } from '../../domain/problems.js';
import { packageFile } from '../../package/package-files.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

const ROLES = ['orchestrator', 'gpu', 'uploader'] as const;

export interface WorkerOptions {
  readonly role?: string;
  /** Of the GPU worker, in place of PREGEN_DEVICES. */
  readonly devices?: string;
  /** Of the GPU worker, milliseconds. */
  readonly exitWhenIdle?: number;
}

export async function worker(options: WorkerOptions, output: Output): Promise<ExitCode> {
  refuseMisplaced(options);
  const environment = { ...process.env, ...variablesOf(options) };
  const roles = options.role === undefined ? ROLES : [options.role];
  const running = roles.map((name, n) =>
    startRole(name, { ...environment, ...nthAddresses(environment, n) }, output),
  );
  const stop = () => {
    for (const { child } of running) child.kill('SIGTERM');
  };
  const drain = () => {
    for (const { child } of running) if (child.connected) child.send(DRAIN_MESSAGE);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // A role that has been drained leaves the others to store what it has made. One that fails takes the others with it:
  // whatever runs this command sees a failure and can start it again.
  const first = await Promise.race(running.map(({ ended }) => ended));
  if (first === EXIT.done) drain();
  else stop();
  const codes = await Promise.all(running.map(({ ended }) => ended));
  if (codes.includes(EXIT.badUsage)) return EXIT.badUsage;
  return codes.every((code) => code === 0) ? EXIT.done : EXIT.failed;
}

function refuseMisplaced({ role, devices, exitWhenIdle }: WorkerOptions): void {
  if (role === undefined || role === 'gpu') return;
  const problems = Object.entries({ '--devices': devices, '--exit-when-idle': exitWhenIdle })
    .filter(([, value]) => value !== undefined)
    .map(([where]) => ({ where, message: `is for the GPU worker, not for the ${role}` }));
  if (problems.length > 0) throw new InvalidInputError('option', problems);
}

const variablesOf = ({ devices, exitWhenIdle }: WorkerOptions) =>
  given({
    PREGEN_DEVICES: devices,
    PREGEN_EXIT_WHEN_IDLE_SECONDS: exitWhenIdle === undefined ? undefined : String(exitWhenIdle / 1000),
  });

function startRole(role: string, env: NodeJS.ProcessEnv, output: Output) {
  const child = fork(packageFile('dist', 'workers', 'main.js'), [role], {
    // Its own process group: Ctrl-C reaches it once, through us, in order. stdout is kept for results.
    detached: true,
    env,
    // Killed as we may be, no worker is left behind.
    execArgv: ['--import', pathToFileURL(packageFile('dist', 'workers', 'dev', 'die-with-parent.js')).href],
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
  });
  child.on('message', () => {
    if (output.json) output.result({ ready: role, pid: child.pid }, '');
    else if (logFormat(env, process.stderr.isTTY) === 'text')
      output.note(`${role} is ready (process ${child.pid})`);
  });
  const ended = once(child, 'exit').then(([code]) => Number(code ?? 1));
  return { child, ended };
}
