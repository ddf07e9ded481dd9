/**
 * The Temporal dev server of the stack: how it is started, and how to tell that it can be used.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { DevConfig } from './dev-config.js';

/** Between two looks at a server that is starting. */
const LOOK_EVERY_MS = 200;

/** Arguments of the Temporal CLI. */
export function serverArguments({ server, searchAttributes }: DevConfig): string[] {
  const { ip, port, uiPort, namespace, database, sqlitePragmas, dynamicConfig } = server;
  const pairs = (flag: string, values: Readonly<Record<string, unknown>>) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  return [
    ...['server', 'start-dev', '--ip', ip, '--port', String(port), '--ui-port', String(uiPort)],
    ...['--namespace', namespace, '--db-filename', database, '--log-level', 'warn'],
    ...pairs('--sqlite-pragma', sqlitePragmas),
    ...pairs('--dynamic-config-value', dynamicConfig),
    ...pairs('--search-attribute', searchAttributes),
  ];
}

/** Resolves when the server answers and knows namespace and search attributes; rejects when `signal` aborts. */
export async function serverAnswers(config: DevConfig, signal: AbortSignal): Promise<void> {
  while (!(await isComplete(config))) await sleep(LOOK_EVERY_MS, undefined, { signal });
}

async function isComplete({ server, searchAttributes }: DevConfig): Promise<boolean> {
  const { ip, port, namespace } = server;
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address: `${ip}:${port}`, connectTimeout: '2 seconds' });
    await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.keys(searchAttributes).every((name) => Object.hasOwn(customAttributes ?? {}, name));
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
