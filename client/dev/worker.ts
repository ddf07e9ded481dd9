/**
 * `pregen worker`: runs worker processes of this machine against the configured Temporal server. Each role is a
 * process of its own, so that a crashing model cannot hold back uploads.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { given } from '../../domain/given.js';
import { InvalidInputError } from '../../domain/problems.js';
import { packageFile } from '../../package/package-files.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

const ROLES = ['orchestrator', 'gpu', 'uploader'] as const;

export interface WorkerOptions {
  readonly role?: string;
  /** Of the GPU worker, in place of PREGEN_DEVICES. */
  readonly devices?: string;
}

export async function worker({ role, devices }: WorkerOptions, output: Output): Promise<ExitCode> {
  if (devices !== undefined && role !== undefined && role !== 'gpu')
    throw new InvalidInputError('option', [
      { where: '--devices', message: `is for the GPU worker, not for the ${role}` },
    ]);
  const roles = role === undefined ? ROLES : [role];
  const environment = { ...process.env, ...given({ PREGEN_DEVICES: devices }) };
  const running = roles.map((name) => startRole(name, environment, output));
  const stop = () => {
    for (const { child } of running) child.kill('SIGTERM');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // A role that ends takes the others with it: whatever runs this command sees a failure and can start it again.
  await Promise.race(running.map(({ ended }) => ended));
  stop();
  const codes = await Promise.all(running.map(({ ended }) => ended));
  if (codes.includes(EXIT.badUsage)) return EXIT.badUsage;
  return codes.every((code) => code === 0) ? EXIT.done : EXIT.failed;
}

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
    else output.note(`${role} is ready (process ${child.pid})`);
  });
  const ended = once(child, 'exit').then(([code]) => Number(code ?? 1));
  return { child, ended };
}
