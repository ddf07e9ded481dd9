/**
 * The bounded set of children that a cue and a show keep in flight. A child leaves the set when its work has
 * settled, whichever way: a slot that waits for a success that never comes is how such windows leak.
 */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';

export class InFlight {
  readonly #keys = new Set<string>();
  #unexpected: { readonly error: unknown } | undefined;

  get size(): number {
    return this.#keys.size;
  }

  keys(): string[] {
    return [...this.#keys];
  }

  /** Runs `work` as a member. It reports its own outcome; what it throws, other than a cancellation, is thrown by {@link until}. */
  run(key: string, work: () => Promise<void>): void {
    this.#keys.add(key);
    work()
      .catch((error: unknown) => {
        if (!isCancellation(error)) this.#unexpected ??= { error };
      })
      .finally(() => this.#keys.delete(key));
  }

  /** Waits until `predicate` holds; it may depend on members having left. */
  async until(predicate: () => boolean): Promise<void> {
    await condition(() => this.#unexpected !== undefined || predicate());
    if (this.#unexpected !== undefined) throw this.#unexpected.error;
  }

  /** Waits, even while being cancelled, until every member has left. */
  async settled(): Promise<void> {
    await CancellationScope.nonCancellable(() => condition(() => this.size === 0));
  }
}
