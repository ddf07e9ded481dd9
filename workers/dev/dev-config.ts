/**
 * Reads `temporal-dev.yaml`, the declaration of the development stack, and holds it against the vocabulary: a queue
 * or search attribute that the code does not know, or knows otherwise, is refused before anything starts.
 */

import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { InvalidInputError, type Problem, refuseIfAny } from '../../domain/problems.js';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.js';
import { GPU_QUEUE, ORCHESTRATION_QUEUE, spoolQueue } from '../../domain/task-queues.js';
import { inOurWords, problemsOf } from '../../domain/zod-problems.js';
import { readYamlFile } from '../yaml-file.js';

const text = z.string({ error: 'expected a text' }).min(1, { error: 'must not be empty' });
const port = z
  .int({ error: 'expected a port' })
  .min(0)
  .max(65535, { error: 'expected a port from 0 to 65535' });
const setting = z.union([z.string(), z.number(), z.boolean()]);

const configSchema = z.strictObject({
  folder: text,
  server: z.strictObject({
    namespace: text,
    ip: text,
    port,
    uiPort: port,
    database: text,
    sqlitePragmas: z.record(text, setting),
    dynamicConfig: z.record(text, setting),
  }),
  searchAttributes: z.record(text, z.enum(['Keyword', 'Int'])),
  workers: z.strictObject({ orchestrator: text, gpu: text, uploader: text }),
  store: text,
  spool: text,
});

export type DevConfig = z.output<typeof configSchema>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the declaration; environment variables win. Paths come back absolute. Throws an InvalidInputError with every problem. */
export async function readDevConfig(
  path: string,
  environment: Environment,
  folder?: string,
): Promise<DevConfig> {
  const parsed = configSchema.safeParse(await readYamlFile(path, MAX_BYTES), { error: inOurWords });
  if (!parsed.success) throw new InvalidInputError(path, problemsOf(parsed.error, ''));
  const given = environmentOf(environment);
  const address = given.TEMPORAL_ADDRESS === undefined ? undefined : localAddress(given.TEMPORAL_ADDRESS);
  refuseIfAny(path, disagreements(parsed.data));
  const { server, store, spool } = parsed.data;
  const home = resolve(folder ?? parsed.data.folder);
  return {
    ...parsed.data,
    folder: home,
    server: {
      ...server,
      ...address,
      namespace: given.TEMPORAL_NAMESPACE ?? server.namespace,
      database: resolve(home, server.database),
    },
    store: absoluteStore(given.PREGEN_STORE ?? store),
    spool: given.PREGEN_SPOOL === undefined ? resolve(home, spool) : resolve(given.PREGEN_SPOOL),
  };
}

/** Far more than a declaration of four processes has. */
const MAX_BYTES = 256 * 1024;

/** Names in the file that are not those of the code. */
function disagreements({ searchAttributes, workers }: DevConfig): Problem[] {
  const attributes = Object.fromEntries(
    SEARCH_ATTRIBUTES.map(({ name, type }) => [name, type === 'INT' ? 'Int' : 'Keyword']),
  );
  const queues = { orchestrator: ORCHESTRATION_QUEUE, gpu: GPU_QUEUE, uploader: spoolQueue('*') };
  return [
    ...differences('searchAttributes', searchAttributes, attributes),
    ...differences('workers', workers, queues),
  ];
}

function differences(
  where: string,
  declared: Readonly<Record<string, string>>,
  known: Readonly<Record<string, string>>,
): Problem[] {
  const names = new Set([...Object.keys(declared), ...Object.keys(known)]);
  return [...names]
    .filter((name) => declared[name] !== known[name])
    .map((name) => ({
      where: `${where}.${name}`,
      message: `expected ${known[name] ?? 'nothing of this name'}, got ${declared[name] ?? 'nothing'}`,
    }));
}

/** Empty variables count as absent, as everywhere. */
const environmentOf = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  );

/** An address given by the user is where the stack listens; it cannot start a server on another machine. */
function localAddress(address: string): { ip: string; port: number } {
  const match = /^(localhost|127(?:\.\d{1,3}){3}):(\d{1,5})$/.exec(address);
  if (match?.[1] !== undefined)
    return { ip: match[1].replace('localhost', '127.0.0.1'), port: Number(match[2]) };
  throw new InvalidInputError('TEMPORAL_ADDRESS', [
    {
      where: address,
      message:
        'is not an address of this machine, where the development stack could start a server; ' +
        'unset it, or run "pregen worker" against that server',
    },
  ]);
}

function absoluteStore(url: string): string {
  const path = /^file:(?!\/\/)(.*)$/s.exec(url)?.[1];
  return path === undefined || isAbsolute(path) ? url : `file:${resolve(path)}`;
}
