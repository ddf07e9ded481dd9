/**
 * Measures the model's own work: running while it computes, paused while a consumer holds an event or a
 * preview is decoded.
 */
export class Stopwatch {
  private elapsedMs = 0;

  /** Runs the task and adds its time. */
  async time<T>(task: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await task();
    } finally {
      this.elapsedMs += performance.now() - start;
    }
  }

  /** Milliseconds since the last call; starts again at 0. */
  lap(): number {
    const lap = this.elapsedMs;
    this.elapsedMs = 0;
    return lap;
  }
}
