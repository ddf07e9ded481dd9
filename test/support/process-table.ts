/** Which processes there are, for tests that kill some and want no orphans. */
import { readdirSync, readFileSync } from 'node:fs';

/** Direct children of a process: the engine process is the GPU worker's. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

/** Whether the process lives; one that nobody has waited for counts as ended. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // it ended, perhaps just now
  }
}

/**
 * The processes as they are now, to be asked later whether they still run. A number is no name: the system gives it to another
 * process, or to a thread of one, as soon as its owner is gone.
 */
export class KnownProcesses {
  private readonly startTicks = new Map<number, string>();

  /** Remembers a process; one that has ended already is not remembered. */
  add(pid: number): void {
    const ticks = startTicksOf(pid);
    if (ticks !== undefined) this.startTicks.set(pid, ticks);
  }

  /** Those that still run. */
  running(): number[] {
    return [...this.startTicks].flatMap(([pid, ticks]) =>
      isRunning(pid) && startTicksOf(pid) === ticks ? [pid] : [],
    );
  }
}

/** When it began, in clock ticks since boot: field 22 of proc(5). */
function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3];
  } catch {
    return undefined; // it ended meanwhile
  }
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined; // it ended meanwhile
  }
}
