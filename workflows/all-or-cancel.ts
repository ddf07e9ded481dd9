/**
 * Two orders side by side that stand or fall together. `Promise.all` would leave the other one running unobserved
 * when one fails; here it is cancelled and waited for first.
 */
import { CancellationScope } from '@temporalio/workflow';

/** Runs all; on the first failure cancels the others, waits until they have stopped, then throws that failure. */
export async function allOrCancel(...orders: (() => Promise<unknown>)[]): Promise<void> {
  await CancellationScope.cancellable(async () => {
    const scope = CancellationScope.current();
    const running = orders.map((order) => order());
    try {
      await Promise.all(running);
    } catch (error) {
      scope.cancel();
      await Promise.allSettled(running);
      throw error;
    }
  });
}
