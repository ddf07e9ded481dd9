/**
 * Resident memory of a stack's processes during a run: the first, last and largest value of each role, and whether it grows
 * with the number of variants. A role may have several processes in turn; growth is measured at the one that ran longest.
 */
import { readFileSync } from 'node:fs';
import type { Stage } from '../e2e/stage.js';
import { childrenOf, KnownProcesses } from './process-table.js';

export const STACK_ROLES = ['stack', 'temporal', 'orchestrator', 'gpu', 'engine', 'uploader'] as const;
export type StackRole = (typeof STACK_ROLES)[number];

interface Sample {
  readonly role: StackRole;
  readonly pid: number;
  readonly bytes: number;
  /** Variants that were done at this time. */
  readonly variants: number;
}

export interface MemoryOfRole {
  readonly role: StackRole;
  readonly processes: number;
  readonly firstBytes: number;
  readonly lastBytes: number;
  readonly mostBytes: number;
  /** Largest value in the first and in the second half of the run. */
  readonly mostByHalf: readonly [number, number];
  /** Slope over the second half of the longest-running process, when its caches are warm; undefined if it did too few variants. */
  readonly bytesPerVariant: number | undefined;
}

/** Over fewer variants, warming up looks like growth. */
const LEAST_VARIANTS = 50;

/** Present process ids by role. */
export async function stackProcesses(stage: Stage): Promise<[StackRole, number][]> {
  const found: [StackRole, number][] = [['stack', stage.stack.pid]];
  for (const role of ['temporal', 'orchestrator', 'gpu', 'uploader'] as const)
    found.push([role, await stage.pidOf(role)]);
  const gpu = found.find(([role]) => role === 'gpu')?.[1] ?? Number.NaN;
  return [...found, ...childrenOf(gpu).map((pid): [StackRole, number] => ['engine', pid])];
}

export class MemoryWatch {
  /** All processes since the start. */
  readonly seen = new KnownProcesses();
  private readonly samples: Sample[] = [];
  private readonly timer: NodeJS.Timeout;

  /** Samples once a second, with the number of variants from `variantsDone`. */
  constructor(
    private readonly stage: Stage,
    private readonly variantsDone: () => number,
  ) {
    this.timer = setInterval(() => void this.look(), 1_000);
  }

  async look(): Promise<void> {
    const processes = await stackProcesses(this.stage).catch(() => []);
    for (const [role, pid] of processes) {
      const bytes = residentBytes(pid);
      if (bytes === undefined) continue;
      this.seen.add(pid);
      this.samples.push({ role, pid, bytes, variants: this.variantsDone() });
    }
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** A line for each role. */
  report(): MemoryOfRole[] {
    return STACK_ROLES.flatMap((role) => {
      const samples = this.samples.filter((sample) => sample.role === role);
      const [first, last] = [samples[0], samples.at(-1)];
      if (first === undefined || last === undefined) return [];
      const half = Math.ceil(samples.length / 2);
      return {
        role,
        processes: new Set(samples.map(({ pid }) => pid)).size,
        firstBytes: first.bytes,
        lastBytes: last.bytes,
        mostBytes: most(samples),
        mostByHalf: [most(samples.slice(0, half)), most(samples.slice(half))] as const,
        bytesPerVariant: slope(longestLife(samples)),
      };
    });
  }
}

const most = (samples: readonly Sample[]): number => Math.max(0, ...samples.map(({ bytes }) => bytes));

function longestLife(samples: readonly Sample[]): Sample[] {
  const lives = [...new Set(samples.map(({ pid }) => pid))].map((pid) =>
    samples.filter((sample) => sample.pid === pid),
  );
  const longest = lives.sort((left, right) => right.length - left.length)[0] ?? [];
  return longest.slice(Math.floor(longest.length / 2));
}

/** Least squares of bytes over variants. */
function slope(samples: readonly Sample[]): number | undefined {
  const mean = (pick: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length;
  const [x, y] = [mean(({ variants }) => variants), mean(({ bytes }) => bytes)];
  const done = (samples.at(-1)?.variants ?? 0) - (samples[0]?.variants ?? 0);
  if (done < LEAST_VARIANTS) return undefined;
  const spread = samples.reduce((sum, { variants }) => sum + (variants - x) ** 2, 0);
  return samples.reduce((sum, { variants, bytes }) => sum + (variants - x) * (bytes - y), 0) / spread;
}

function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined; // the process has ended meanwhile
  }
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0).padStart(6);

/** The report as a table. */
export function describeMemory(roles: readonly MemoryOfRole[]): string[] {
  return [
    'resident memory, MiB   first   last   most   processes   growth per variant',
    ...roles.map(({ role, processes, firstBytes, lastBytes, mostBytes, bytesPerVariant }) =>
      [
        `  ${role.padEnd(19)}`,
        ...[firstBytes, lastBytes, mostBytes].map(mebibytes),
        String(processes).padStart(11),
        bytesPerVariant === undefined
          ? '     (too little done)'
          : `${(bytesPerVariant / 1024).toFixed(1).padStart(12)} KiB`,
      ].join(' '),
    ),
  ];
}
