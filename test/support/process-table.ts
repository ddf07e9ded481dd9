/** Which processes there are, for tests that kill some and want no orphans, and what Linux says of each. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessStat {
  readonly name: string;
  /** A field by its number in proc(5), from 3, the state, on. */
  field(number: number): string;
}

/** What the system says of a process; undefined if it has ended, or where there is no /proc. */
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
/** When it began, in clock ticks since boot. */
const startOf = (stat: ProcessStat): string => stat.field(22);

/** Direct children of a process: the engine process is the GPU worker's. */
export function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((other) => {
    const stat = statOf(other);
    return stat !== undefined && parentOf(stat) === pid;
  });
}

/** Whether the process lives; one that nobody has waited for counts as ended. */
export function isRunning(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stateOf(stat) !== 'Z';
}

/**
 * The processes as they are now, to be asked later whether they still run. A number is no name: the system gives it to another
 * process, or to a thread of one, as soon as its owner is gone.
 */
export class KnownProcesses {
  private readonly starts = new Map<number, string>();

  /** Remembers a process; one that has ended already is not remembered. */
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
