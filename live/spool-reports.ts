/**
 * How full the spools are, as the images being made there have told.
 */
import type { SpoolState } from './look-at-image.js';

export type SpoolReport = SpoolState;

/** One report per spool: the latest, and full if any image waits for room there. The fullest first. */
export function fullest(reports: readonly SpoolReport[]): SpoolReport[] {
  const bySpool = new Map<string, SpoolReport>();
  for (const report of reports.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
    const full = report.full || bySpool.get(report.spoolId)?.full === true;
    bySpool.set(report.spoolId, { ...report, full });
  }
  return [...bySpool.values()].sort((a, b) => b.bytes / b.budgetBytes - a.bytes / a.budgetBytes);
}
