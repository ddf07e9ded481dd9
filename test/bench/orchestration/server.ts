/**
 * The Temporal dev server of a benchmark, on a database file as `pregen dev` has it, and what it costs: CPU and memory
 * as Linux counts them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { SEARCH_ATTRIBUTES } from '../../../domain/search-attributes.js';
import { quiet } from '../../support/temporal.js';
import { TEMPORAL_CLI } from '../../support/temporal-cli.js';

/** `sysconf(_SC_CLK_TCK)` on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

const DYNAMIC_CONFIG = [
  'matching.useNewMatcher=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

export async function startServer(folder: string): Promise<TestWorkflowEnvironment> {
  quiet();
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: TEMPORAL_CLI },
      searchAttributes: [...SEARCH_ATTRIBUTES],
      dbFilename: `${folder}/temporal.db`,
      log: { format: 'pretty', level: 'error' },
      extraArgs: [
        ...['journal_mode=WAL', 'synchronous=NORMAL'].flatMap((pragma) => ['--sqlite-pragma', pragma]),
        ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
      ],
    },
  });
}

/** CPU seconds that the server has used so far, and its resident memory; zeros where there is no /proc. */
export function serverCost(): { cpuSeconds: number; rssBytes: number } {
  const stat = childStats().find(({ name }) => name.startsWith('temporal'));
  return stat ?? { cpuSeconds: 0, rssBytes: 0 };
}

/** Processes below this one. Fields are those of proc(5): 4 ppid, 14 utime, 15 stime, 24 rss in pages. */
function childStats() {
  return pids().flatMap((pid) => {
    const match = /^\d+ \((.*)\) (.*)$/s.exec(readOrNothing(`/proc/${pid}/stat`));
    const [, name = '', rest = ''] = match ?? [];
    const fields = rest.split(' ');
    const field = (number: number) => Number(fields[number - 3] ?? 0);
    if (match === null || field(4) !== process.pid) return [];
    return [{ name, cpuSeconds: (field(14) + field(15)) / TICKS_PER_SECOND, rssBytes: field(24) * 4096 }];
  });
}

function pids(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
