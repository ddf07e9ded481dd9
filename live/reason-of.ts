/** Why something failed on a Temporal server, without the layers that every error of its client is wrapped in. */

/** The innermost cause, without gRPC's number in front and without a dot behind. */
export function reasonOf(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  return describe(innermost)
    .replace(/^\d+ [A-Z_]+: /, '')
    .replace(/\.$/, '');
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'details' in error && typeof error.details === 'string' && error.details !== ''
    ? error.details
    : error.message;
}
