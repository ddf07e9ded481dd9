/**
 * When a run ends, even cancelled, the manifest names what may be shown from then on. No run fails for it: the next one, a
 * decision, or "pregen manifest" writes it as well.
 */
import { CancellationScope, isCancellation, log, patched, proxyActivities } from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import { describeFailure } from '../domain/failure-text.js';
import { PLAN_OPTIONS } from './activity-options.js';

const { writeManifest } = proxyActivities<PlanActivities>(PLAN_OPTIONS.writeManifest);

/** Histories of 0.2 have no such activity. */
const PATCH = 'manifest';

/** An operator who stops a run does not wait long for it. */
const WHEN_CANCELLED_MS = 10_000;

/** Writes the manifest of the show with this bundle. Throws nothing but a cancellation. */
export async function publishManifest(bundleKey: string): Promise<void> {
  if (!patched(PATCH)) return;
  try {
    await writeManifest({ bundleKey });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('The manifest could not be written', { reason: describeFailure(error) });
  }
}

/** The same for a run that has been cancelled: soon, or not at all. */
export async function publishWhenCancelled(bundleKey: string): Promise<void> {
  try {
    await CancellationScope.nonCancellable(() =>
      CancellationScope.withTimeout(WHEN_CANCELLED_MS, () => publishManifest(bundleKey)),
    );
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}
