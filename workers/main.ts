/**
 * `node dist/workers/main.js ROLE`: one process, one role. Waits for its server, prints one line when it is ready (and tells a parent that
 * forked it), works until it is brought to its end (drain.ts), and exits with 0.
 */

import { type Configuration, readConfiguration } from '../domain/configuration.js';
import type { Health } from '../domain/health.js';
import { logFormat } from '../domain/log-format.js';
import { printable } from '../domain/printable.js';
import { InvalidInputError } from '../domain/problems.js';
import { connect, type TemporalAccess } from './connection.js';
import { type Endings, endingsOf, untilEnd } from './drain.js';
import { serveHealth } from './health/serve-health.js';
import { watchPart } from './health/watch-part.js';
import { healthOf } from './health-of-role.js';
import { openLog, say } from './log/logging.js';
import { tellHealth } from './metrics/tell-health.js';
import { ROLES, type Role, type RoleContext, type RoleWorker } from './roles/role.js';
import { installRuntime } from './runtime.js';

/** One small request; what is wrong meanwhile, the SDK itself says in the log. */
const LOOK_AT_SERVER_EVERY_MS = 10_000;
const EXIT = { done: 0, failed: 1, badUsage: 2 } as const;

const FORMAT = logFormat(process.env, process.stderr.isTTY);

process.exitCode = await main(process.argv[2]);
// Native threads of the SDK's runtime may outlive the last promise.
process.exit();

async function main(name: string | undefined): Promise<number> {
  openLog(FORMAT, name ?? '');
  process.on('uncaughtException', (error) => {
    say('error', 'A fault of this program', { error });
    process.exit(EXIT.failed);
  });
  try {
    const role = readRole(name);
    await work(role, readConfiguration(process.env));
    return EXIT.done;
  } catch (error) {
    if (FORMAT === 'json') say('error', explain(error), { error });
    else process.stderr.write(`pregen worker: ${printable(explain(error))}\n`);
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
  const endings = endingsOf(configuration.drainMs);
  installRuntime(role, configuration.metrics);
  const health = healthOf(role, configuration);
  const server = configuration.health && (await serveHealth(configuration.health, role, health));
  const stopTelling = tellHealth(health);
  if (server !== undefined) say('info', `Answers /livez and /readyz on ${server.address}.`);
  try {
    const access = await whenConnected(health, endings);
    if (access !== undefined) await serve(role, access, { health, configuration, endings });
  } finally {
    stopTelling();
    await server?.close();
  }
}

/** Undefined if the process was asked to end before there was a server. */
async function whenConnected(health: Health, { drain }: Endings): Promise<TemporalAccess | undefined> {
  const onWaiting = (reason: string, pauseMs: number) => {
    health.report('server', 'failing', reason);
    say('warn', `${reason} It is tried again in ${pauseMs / 1000} s.`);
  };
  try {
    return await connect({ onWaiting, signal: drain });
  } catch (error) {
    if (drain.aborted) return undefined;
    throw error;
  }
}

interface Circumstances {
  readonly health: Health;
  readonly configuration: Configuration;
  readonly endings: Endings;
}

async function serve(role: Role, access: TemporalAccess, given: Circumstances): Promise<void> {
  const { connection, namespace, look } = access;
  const { health, configuration, endings } = given;
  const stopWatching = watchPart({ health, part: 'server', look, everyMs: LOOK_AT_SERVER_EVERY_MS, say });
  try {
    const roleWorker = await createRole(role, { connection, namespace, configuration, health });
    try {
      await run(roleWorker, endings, () =>
        announce(role, roleWorker.workers[0].options.taskQueue, namespace),
      );
    } finally {
      await roleWorker.close();
    }
  } finally {
    stopWatching();
    await connection.close();
  }
}

async function run(roleWorker: RoleWorker, endings: Endings, onReady: () => void): Promise<void> {
  const { workers } = roleWorker;
  const runs = Promise.all(workers.map((worker) => worker.run()));
  onReady();
  // If it fails by itself, `runs` says why; there is nothing to be shut down then.
  await Promise.race([runs, untilEnd(roleWorker, endings, (sentence) => say('info', sentence))]);
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await runs;
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

function announce(role: Role, taskQueue: string, namespace: string): void {
  const ready = `ready: task queue ${taskQueue}, namespace ${namespace}`;
  if (FORMAT === 'json') say('info', ready);
  else process.stdout.write(`pregen worker ${role} ${ready}\n`);
  process.send?.({ type: 'ready', role });
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return error.message + cause;
}
