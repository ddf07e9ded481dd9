/**
 * CPU time of other processes, from /proc; zeros where there is none.
 */
import { type ProcessStat, statOf } from '../../support/process-table.js';

/** `sysconf(_SC_CLK_TCK)` on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds, user and system, that a process has used. */
export function cpuSecondsOf(pid: number | undefined): number {
  const stat = pid === undefined ? undefined : statOf(pid);
  return stat === undefined ? 0 : cpuSecondsIn(stat);
}

/** The same, as fields 14 (utime) and 15 (stime) of proc(5) say. */
export function cpuSecondsIn(stat: ProcessStat): number {
  return (Number(stat.field(14)) + Number(stat.field(15))) / TICKS_PER_SECOND;
}
