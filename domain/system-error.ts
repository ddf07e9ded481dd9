/** Reading the errno name off an error, which Node types as unknown, and what some of them mean. */

/** `ENOENT`, `ENOSPC`, …; undefined for anything that is not a system error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the disk, or a quota on it, is full. */
export function isDiskFull(error: unknown): boolean {
  const code = errnoOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
