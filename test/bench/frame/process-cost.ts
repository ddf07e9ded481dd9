/**
 * What other processes have cost so far, as Linux counts it; zeros where there is no /proc.
 */
import { readFileSync } from 'node:fs';

/** `sysconf(_SC_CLK_TCK)` on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds, user and system, that a process has used. */
export function cpuSecondsOf(pid: number | undefined): number {
  // Fields after the name in brackets, as proc(5) numbers them: 3 is the first, 14 utime, 15 stime.
  const [, rest = ''] = /\) (.*)$/s.exec(statOf(pid)) ?? [];
  const fields = rest.split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

function statOf(pid: number | undefined): string {
  try {
    return pid === undefined ? '' : readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // it has ended, or there is no /proc
  }
}
