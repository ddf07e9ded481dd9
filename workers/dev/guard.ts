/**
 * Runs a program that is not ours (the Temporal server) and ends it when told to, or when the process that started this
 * guard is gone: `node guard.js COMMAND ARGUMENT…`. A foreign program cannot watch its parent; this one can.
 */
import { spawn } from 'node:child_process';
import { withoutSecrets } from '../../domain/without-secrets.js';

/** What the server takes to flush its database, with a wide margin. */
const GRACE_MS = 10_000;

const [command = '', ...args] = process.argv.slice(2);
const program = spawn(command, args, {
  env: withoutSecrets(process.env),
  stdio: ['ignore', 'inherit', 'inherit'],
});

program.once('error', (error) => {
  process.stderr.write(`${command} cannot be started: ${error.message}\n`);
  process.exit(1);
});
program.once('spawn', () => process.send?.({ type: 'started', pid: program.pid }));
program.once('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));

function stop(): void {
  program.kill('SIGTERM');
  setTimeout(() => program.kill('SIGKILL'), GRACE_MS).unref();
}

process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop);
