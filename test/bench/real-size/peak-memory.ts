/**
 * The most memory that a process and its children have at once: their own, which nobody else can have, and with the files that they
 * have mapped, which the kernel takes back when memory is short.
 */
import { readFileSync } from 'node:fs';
import { childrenOf } from '../../support/process-table.js';

/** Often enough for layers of a second, and not felt. */
const EVERY_MS = 100;
const KIB_PER_GIB = 2 ** 20;

/** In GiB. */
export interface Memory {
  readonly own: number;
  readonly resident: number;
}

/** Linux only: elsewhere zeros. */
export class PeakMemory {
  private highest: Memory = { own: 0, resident: 0 };
  private timer: NodeJS.Timeout | undefined;

  /** Begins to sample; until `stop`. */
  watch(pid: number): void {
    this.timer = setInterval(() => {
      const now = memoryOfTree(pid);
      const { own, resident } = this.highest;
      this.highest = { own: Math.max(own, now.own), resident: Math.max(resident, now.resident) };
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  get peak(): Memory {
    return { ...this.highest };
  }
}

function memoryOfTree(pid: number): Memory {
  const parts = [memoryOf(pid), ...childrenOf(pid).map(memoryOfTree)];
  const sum = (of: keyof Memory) => parts.reduce((total, part) => total + part[of], 0);
  return { own: sum('own'), resident: sum('resident') };
}

/** Zeros for a process that has ended. */
function memoryOf(pid: number): Memory {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / KIB_PER_GIB;
    return { own: field('RssAnon') + field('RssShmem'), resident: field('VmRSS') };
  } catch {
    return { own: 0, resident: 0 };
  }
}
