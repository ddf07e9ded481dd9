/**
 * Collects what is wrong while reading on, so that a person mends a model directory once, not five times.
 */
export class Problems {
  readonly found: string[] = [];

  /** Notes a problem, once. */
  add(problem: string): void {
    if (!this.found.includes(problem)) this.found.push(problem);
  }

  /** The task's result, or undefined and a noted problem. */
  async collect<T>(task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task();
    } catch (error) {
      this.add(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
