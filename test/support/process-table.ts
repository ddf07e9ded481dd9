/** Processes and their state from /proc, for tests that kill processes and check that none is left. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessStat {
  readonly name: string;
  /** A field by its number in proc(5), from 3, the state, on. */
  field(number: number): string;
}

/** Fields of /proc/PID/stat; undefined if the process has ended, or without /proc. */
export function statOf(pid: number): ProcessStat | undefined {
  try {
    const [, name = '', rest = ''] =
      /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const fields = rest.split(' ');
    return { name, field: (number) => fields[number - 3] ?? '' };
  } catch {
    return undefined;
  }
}

const stateOf = (stat: ProcessStat): string => stat.field(3);
const parentOf = (stat: ProcessStat): number => Number(stat.field(4));
/** Start time in clock ticks since boot. */
const startOf = (stat: ProcessStat): string => stat.field(22);

/** Direct children of a process; the engine process is a child of the GPU worker. */
export function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((other) => {
    const stat = statOf(other);
    return stat !== undefined && parentOf(stat) === pid;
  });
}

/** Whether the process runs; a zombie counts as ended. */
export function isRunning(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stateOf(stat) !== 'Z';
}

/**
 * Remembers processes, to check later whether they still run. A process id is not enough, because the system gives it to another
 * process or thread as soon as its owner has ended; so start times are compared, too.
 */
export class KnownProcesses {
  private readonly starts = new Map<number, string>();

  /** Remembers a process, unless it has ended already. */
  add(pid: number): void {
    const stat = statOf(pid);
    if (stat !== undefined) this.starts.set(pid, startOf(stat));
  }

  /** Those that still run. */
  running(): number[] {
    return [...this.starts.keys()].filter((pid) => {
      const stat = statOf(pid);
      return stat !== undefined && stateOf(stat) !== 'Z' && startOf(stat) === this.starts.get(pid);
    });
  }
}
