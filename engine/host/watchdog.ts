/**
 * A timer that is fed: it fires once when nobody has fed it for as long as was allowed.
 */
export class Watchdog {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly onSilence: (limitMs: number) => void) {}

  /** Starts the clock anew. */
  feed(limitMs: number): void {
    this.rest();
    this.timer = setTimeout(() => this.onSilence(limitMs), limitMs);
    // Alone, it must not keep a process alive.
    this.timer.unref();
  }

  rest(): void {
    clearTimeout(this.timer);
  }
}
