/**
 * `pregen worker`: runs worker processes of this machine against the configured Temporal server. Each role is a
 * process of its own, so that a crashing model cannot hold back uploads.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { packageFile } from '../../package/package-files.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

const ROLES = ['orchestrator', 'gpu', 'uploader'] as const;

export async function worker({ role }: { readonly role?: string }, output: Output): Promise<ExitCode> {
  const roles = role === undefined ? ROLES : [role];
  const running = roles.map((name) => startRole(name, output));
  const stop = () => {
    for (const { child } of running) child.kill('SIGTERM');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // A role that ends takes the others with it: whatever runs this command sees a failure and can start it again.
  await Promise.race(running.map(({ ended }) => ended));
  stop();
  const codes = await Promise.all(running.map(({ ended }) => ended));
  return codes.every((code) => code === 0) ? EXIT.done : EXIT.failed;
}

function startRole(role: string, output: Output) {
  const child = fork(packageFile('dist', 'workers', 'main.js'), [role], {
    // Its own process group: Ctrl-C reaches it once, through us, in order. stdout is kept for results.
    detached: true,
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
