/**
 * Whether a device is fit to make images, as far as its own results tell. A device that cannot load a model, or on which one
 * image after the other fails, would fail fast and pull the work of all others: it takes no images for a while, then tries one, and
 * is back when that one succeeds. (The pattern is known as a circuit breaker.)
 */

/** What a failure says about the device: enough by itself, enough if it is one of several in a row, or nothing. */
export type Evidence = 'enough' | 'one-of-several' | 'none';

export interface DeviceHealthOptions {
  /** Of whom it speaks, at the beginning of a sentence. */
  readonly who: string;
  /** Length of the first pause, milliseconds; each failed trial doubles it. */
  readonly pauseMs: number;
  /** Told in one sentence, whenever the device stops taking images, and when it takes them again. */
  readonly report: (change: string, takesImages: boolean) => void;
  readonly now?: () => number;
}

/** Of different images, without one that succeeds in between. */
const MOST_FAILURES_IN_A_ROW = 3;
const LONGEST_PAUSE_MS = 10 * 60_000;

export class DeviceHealth {
  readonly #failedInARow = new Set<string>();
  /** How many images had been finished when this one failed here last. */
  readonly #finishedBefore = new Map<string, number>();
  #finished = 0;
  #pauses = 0;
  #suspendedUntil: number | undefined;
  #trial: string | undefined;

  constructor(private readonly options: DeviceHealthOptions) {}

  /** Milliseconds until the device may try an image; 0 if it may. */
  get waitMs(): number {
    return Math.max(0, (this.#suspendedUntil ?? 0) - this.#now());
  }

  /** It has finished an image since it was started. */
  get hasFinished(): boolean {
    return this.#finished > 0;
  }

  /** It has been suspended, and no image has succeeded since: one image at a time. */
  get isOnTrial(): boolean {
    return this.#suspendedUntil !== undefined;
  }

  /** Whether this image failed here when it was here last. */
  hasFailed(renditionId: string): boolean {
    return this.#finishedBefore.has(renditionId);
  }

  /** Forgets that this image has failed here. */
  forget(renditionId: string): void {
    this.#finishedBefore.delete(renditionId);
  }

  /** Whether this image may begin here now. One that may ends with `finished`, `failed` or `left`. */
  admits(renditionId: string): boolean {
    if (!this.isOnTrial) return true;
    if (this.waitMs > 0 || (this.#trial ?? renditionId) !== renditionId) return false;
    this.#trial = renditionId;
    return true;
  }

  finished(renditionId: string): void {
    this.#finished += 1;
    this.#finishedBefore.delete(renditionId);
    this.#failedInARow.clear();
    if (this.isOnTrial)
      this.options.report(`${this.options.who} has finished an image and takes images again.`, true);
    this.#suspendedUntil = undefined;
    this.#trial = undefined;
    this.#pauses = 0;
  }

  /** @returns whether the device has finished another image since this one failed here before */
  failed(renditionId: string, evidence: Evidence, reason: string): boolean {
    const didWellSince = this.#finished > (this.#finishedBefore.get(renditionId) ?? this.#finished);
    this.#finishedBefore.set(renditionId, this.#finished);
    const wasTrial = this.#trial === renditionId;
    this.left(renditionId);
    if (evidence === 'none') return didWellSince;
    this.#failedInARow.add(renditionId);
    if (evidence === 'enough' || wasTrial || this.#failedInARow.size >= MOST_FAILURES_IN_A_ROW)
      this.#suspend(reason);
    return didWellSince;
  }

  /** The image ended for a reason that says nothing about the device. */
  left(renditionId: string): void {
    if (this.#trial === renditionId) this.#trial = undefined;
  }

  #suspend(reason: string): void {
    // Images that had begun before fail a moment later: they are part of the same incident.
    if (this.waitMs > 0) return;
    const pauseMs = Math.min(this.options.pauseMs * 2 ** this.#pauses++, LONGEST_PAUSE_MS);
    this.#suspendedUntil = this.#now() + pauseMs;
    const failed = this.#failedInARow.size;
    const many = failed === 1 ? 'an image failed here' : `${failed} images in a row failed here, the last`;
    this.options.report(
      `${this.options.who} takes no images for ${Math.ceil(pauseMs / 1000)} s, then tries one: ${many}: ${reason}`,
      false,
    );
  }

  #now(): number {
    return (this.options.now ?? Date.now)();
  }
}
