/**
 * Work that a workflow runs beside its main loop. It reports its own outcome; what it throws, other than a cancellation, is a
 * mistake, and thrown to the waiting loop: a slot that waits for an answer that never comes is how windows leak.
 */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

export class Background {
  #running = 0;
  #unexpected: { readonly error: unknown } | undefined;

  run(work: () => Promise<void>): void {
    this.#running += 1;
    work()
      .catch((error: unknown) => {
        if (!isCancellation(error)) this.#unexpected ??= { error };
      })
      .finally(() => {
        this.#running -= 1;
      });
  }

  /** Waits until `predicate` holds, at most so long; returns whether it does. Throws what some work has thrown. */
  async until(predicate: () => boolean, timeoutMs?: number): Promise<boolean> {
    const holds = () => this.#unexpected !== undefined || predicate();
    const inTime =
      timeoutMs === undefined ? await condition(holds).then(() => true) : await condition(holds, timeoutMs);
    if (this.#unexpected !== undefined) throw this.#unexpected.error;
    return inTime;
  }

  /** Waits, even while being cancelled, until nothing runs any more. */
  async settled(): Promise<void> {
    await CancellationScope.nonCancellable(() => condition(() => this.#running === 0));
  }
}
