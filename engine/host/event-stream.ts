/**
 * Events pushed by one side and awaited by the other, in order, with an end: the seam between messages that arrive
 * when they like and a `for await` that stores at its own pace.
 */

export class EventStream<T> implements AsyncIterable<T> {
  private readonly events: T[] = [];
  private ended = false;
  private error: Error | undefined;
  private wake = () => {};

  /** How many events have not been taken yet. */
  get waiting(): number {
    return this.events.length;
  }

  push(event: T): void {
    if (this.ended) return;
    this.events.push(event);
    this.wake();
  }

  /** Ends the stream: what was pushed is still delivered, then the error is thrown, if there is one. */
  end(error?: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      const event = this.events.shift();
      if (event !== undefined) yield event;
      else if (this.ended) break;
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
    }
    if (this.error !== undefined) throw this.error;
  }
}
