/**
 * How full the spools are, as the images being made there have told.
 */
export interface SpoolReport {
  readonly spoolId: string;
  /** Of all its renditions. */
  readonly bytes: number;
  readonly budgetBytes: number;
  /** Images held: in the making, or waiting for the store. */
  readonly renditions: number;
  /** A GPU waits until uploads have made room. */
  readonly full: boolean;
  /** ISO 8601 time of the report. */
  readonly at: string;
}

/** One report per spool: the latest, and full if any image waits for room there. The fullest first. */
export function fullest(reports: readonly SpoolReport[]): SpoolReport[] {
  const bySpool = new Map<string, SpoolReport>();
  for (const report of reports.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
    const full = report.full || bySpool.get(report.spoolId)?.full === true;
    bySpool.set(report.spoolId, { ...report, full });
  }
  return [...bySpool.values()].sort((a, b) => b.bytes / b.budgetBytes - a.bytes / a.budgetBytes);
}
