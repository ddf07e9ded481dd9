/** Reading the errno name off an error, which Node types as unknown. */

/** `ENOENT`, `ENOSPC`, …; undefined for anything that is not a system error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
