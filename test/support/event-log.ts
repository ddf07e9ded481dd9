/**
 * A log of events in order, for tests that wait for an event instead of sleeping.
 */
export class EventLog {
  readonly events: string[] = [];
  #waiting: (() => void)[] = [];

  add(event: string): void {
    this.events.push(event);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }

  count(event: string): number {
    return this.events.filter((other) => other === event).length;
  }

  /** Resolves when `event` has been logged `times` times. */
  async until(event: string, times = 1): Promise<void> {
    while (this.count(event) < times) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves with the first event that matches, past or future. */
  async untilMatch(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = this.events.map((event) => pattern.exec(event)).find((found) => found !== null);
      if (match) return match;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}
