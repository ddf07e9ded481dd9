/**
 * Liveness of activities that wait or list for long: a heartbeat by a timer, so that a dead orchestrator is noticed
 * within seconds and a cancellation arrives.
 */
import { Context } from '@temporalio/activity';

/** A sixth of the 30 s after which the workflows take silence for death. */
const HEARTBEAT_INTERVAL_MS = 5_000;

/** Runs `work` while heartbeating. */
export async function heartbeating<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_INTERVAL_MS);
  try {
    return await work(context.cancellationSignal);
  } finally {
    clearInterval(timer);
  }
}
