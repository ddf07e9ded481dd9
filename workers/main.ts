/**
 * `node dist/workers/main.js ROLE`: one process, one role. Prints one line when it is ready (and tells a parent that
 * forked it), works until SIGTERM or SIGINT, then stops gracefully and exits with 0.
 */

import { type Configuration, readConfiguration } from '../domain/configuration.js';
import { printable } from '../domain/printable.js';
import { InvalidInputError } from '../domain/problems.js';
import { connect } from './connection.js';
import { installLogging } from './logging.js';
import { ROLES, type Role, type RoleContext, type RoleWorker } from './roles/role.js';

const EXIT = { done: 0, failed: 1, badUsage: 2 } as const;

process.exitCode = await main(process.argv[2]);
// Native threads of the SDK's runtime may outlive the last promise.
process.exit();

async function main(name: string | undefined): Promise<number> {
  try {
    const role = readRole(name);
    await work(role, readConfiguration(process.env));
    return EXIT.done;
  } catch (error) {
    process.stderr.write(`pregen worker: ${printable(explain(error))}\n`);
    return error instanceof InvalidInputError ? EXIT.badUsage : EXIT.failed;
  }
}

function readRole(name: string | undefined): Role {
  const role = ROLES.find((known) => known === name);
  if (role !== undefined) return role;
  const found = name === undefined ? 'nothing' : JSON.stringify(name);
  throw new InvalidInputError('role', [
    { where: '', message: `expected one of ${ROLES.join(', ')}, got ${found}` },
  ]);
}

async function work(role: Role, configuration: Configuration): Promise<void> {
  const stop = stopSignal();
  installLogging(process.env);
  const { connection, namespace } = await connect();
  try {
    const { workers, close } = await createRole(role, { connection, namespace, configuration });
    try {
      const run = Promise.all(workers.map((worker) => worker.run()));
      const shutdown = () => workers.map((worker) => worker.shutdown());
      stop.addEventListener('abort', shutdown, { once: true });
      if (stop.aborted) shutdown();
      announce(role, workers[0].options.taskQueue, namespace);
      await run;
    } finally {
      await close();
    }
  } finally {
    await connection.close();
  }
}

/** Roles are imported when asked for: an uploader needs no image library, an orchestrator no engine. */
async function createRole(role: Role, context: RoleContext): Promise<RoleWorker> {
  switch (role) {
    case 'orchestrator':
      return (await import('./roles/orchestrator.js')).createOrchestrator(context);
    case 'gpu':
      return (await import('./roles/gpu.js')).createGpuWorker(context);
    case 'uploader':
      return (await import('./roles/uploader.js')).createUploader(context);
  }
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  // A second Ctrl-C changes nothing: the force time of the role ends what does not end by itself.
  process.on('SIGTERM', stop).on('SIGINT', stop);
  return controller.signal;
}

function announce(role: Role, taskQueue: string, namespace: string): void {
  process.stdout.write(`pregen worker ${role} ready: task queue ${taskQueue}, namespace ${namespace}\n`);
  process.send?.({ type: 'ready', role });
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return error.message + cause;
}
