/**
 * A total time limit for one request.
 *
 * The AWS SDK has none: a server that accepts a connection and says nothing would hold a PUT for ever. Socket timeouts
 * cover single silences only; this limit covers connecting, sending, waiting and reading together.
 */

/** Time for everything that does not depend on size: DNS, TLS, a busy server's first byte. In milliseconds. */
const BASE_MS = 15_000;
/** The slowest link still worth waiting for, in bytes per second (a third of a venue's 50 kB/s uplink); a 3 MB PNG gets 198 s. */
const MIN_BYTES_PER_SECOND = 16 * 1024;

/** The signal's reason when time ran out, to tell it from the caller's own abort. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

export interface Deadline {
  readonly signal: AbortSignal;
  /** Starts the clock anew for an answer of this many bytes. */
  restart(bytes: number): void;
}

/**
 * Runs `work` under a deadline for `bytes` and under the caller's signal. Settles as soon as either fires, even if
 * `work` does not listen (looking up credentials does not).
 */
export async function withDeadline<T>(
  signal: AbortSignal | undefined,
  bytes: number,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const restart = (size: number) => {
    clearTimeout(timer);
    const limitMs = BASE_MS + (size / MIN_BYTES_PER_SECOND) * 1000;
    timer = setTimeout(
      () => controller.abort(new DeadlineError(`no result within ${Math.ceil(limitMs / 1000)} s`)),
      limitMs,
    );
  };
  const forward = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', forward, { once: true });
  restart(bytes);
  try {
    return await orAborted(controller.signal, work({ signal: controller.signal, restart }));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', forward);
  }
}

/** `promise`, or the signal's reason; when both failed, the reason. */
async function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
