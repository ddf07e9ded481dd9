/**
 * The Temporal dev server of a benchmark, on a database file as in `pregen dev`, and its CPU time and memory, from /proc.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../../domain/search-attributes.js';
import { childrenOf, type ProcessStat, statOf } from '../../support/process-table.js';
import { quiet } from '../../support/temporal.js';
import { TEMPORAL_CLI } from '../../support/temporal-cli.js';
import { cpuSecondsIn } from '../frame/process-cost.js';
import { DYNAMIC_CONFIG, SQLITE_PRAGMAS } from '../frame/server-settings.js';

/** `sysconf(_SC_PAGESIZE)`, in which resident memory is counted. */
const PAGE_BYTES = 4096;

export interface BenchServer {
  readonly environment: TestWorkflowEnvironment;
  /** Its database. */
  readonly databaseFile: string;
  /** Ends it; nothing of it is left. */
  close(): Promise<void>;
}

/** Measures on a server and a database of its own, so that no measurement contains work that another has left behind. */
export async function onOwnServer<T>(measure: (server: BenchServer) => Promise<T>): Promise<T> {
  const server = await startServer();
  try {
    return await measure(server);
  } finally {
    await server.close();
  }
}

async function startServer(): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
  const databaseFile = join(folder, 'temporal.db');
  const environment = await startOn(databaseFile);
  return {
    environment,
    databaseFile,
    async close() {
      await environment.teardown();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function startOn(dbFilename: string): Promise<TestWorkflowEnvironment> {
  quiet();
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: TEMPORAL_CLI },
      searchAttributes: [...SEARCH_ATTRIBUTES],
      dbFilename,
      log: { format: 'pretty', level: 'error' },
      extraArgs: [
        ...SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
        ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
      ],
    },
  });
}

/** CPU seconds that the server has used so far, and its resident memory; zeros where there is no /proc. */
export function serverCost(): { cpuSeconds: number; rssBytes: number } {
  const stat = ownChildren().find(({ name }) => name.startsWith('temporal'));
  if (stat === undefined) return { cpuSeconds: 0, rssBytes: 0 };
  return { cpuSeconds: cpuSecondsIn(stat), rssBytes: Number(stat.field(24)) * PAGE_BYTES };
}

function ownChildren(): ProcessStat[] {
  if (!existsSync('/proc')) return [];
  return childrenOf(process.pid).flatMap((pid) => statOf(pid) ?? []);
}
