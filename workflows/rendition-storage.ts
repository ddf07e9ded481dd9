/**
 * From a rendition on a spool to objects in the store: final image and previews side by side, the timing last. The
 * activity that stores the last of it frees the spool as well, which saves an order of its own for every image; what
 * could not be stored stays there. If the rendition or its spool is gone, {@link RenditionGone} asks for another one.
 */
import {
  CancellationScope,
  isCancellation,
  log,
  patched,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import type { PlanActivities, UploadActivities } from '../activities/interfaces.js';
import { describeFailure } from '../domain/failure-text.js';
import { FAILURE_TYPES } from '../domain/failure-types.js';
import { given } from '../domain/given.js';
import type { PregenerateVariantInput } from '../domain/messages.js';
import type { VariantResult } from '../domain/progress.js';
import type { Rendition, RenditionReference } from '../domain/rendition.js';
import type { RetryLimits } from '../domain/retry-limits.js';
import { PLAN_OPTIONS, spoolOptions } from './activity-options.js';
import { allOrCancel } from './all-or-cancel.js';
import { failedWith, neverStarted } from './failures.js';

/** The rendition is damaged, or nobody serves its spool: it has to be generated again. */
export class RenditionGone extends Error {
  override readonly name = 'RenditionGone';
}

/** Uploaders poll again ten seconds after the server is back at the latest; a busy one renews its poll once a minute. */
const SECOND_LOOK_MS = { least: 20_000, most: 60_000 };

const secondLookMs = ({ spoolSilenceSeconds }: RetryLimits): number =>
  Math.min(Math.max(spoolSilenceSeconds * 1000, SECOND_LOOK_MS.least), SECOND_LOOK_MS.most);

/** What can be ordered for one rendition. */
export type SpoolOrders = ReturnType<typeof spoolOrders>;

const { isSpoolServed } = proxyActivities<PlanActivities>(PLAN_OPTIONS.isSpoolServed);

/** The activities of the rendition's spool, each aware that the spool may fall silent. */
export function spoolOrders(
  { request, patience }: PregenerateVariantInput,
  { spoolId, renditionId, journalDigest }: Rendition,
) {
  const { project, version, cueId, variantId, take, settings } = request;
  const address = { project, version, cueId, variantId, ...given({ take }) };
  const { previews } = settings;
  const reference: RenditionReference = { ...address, renditionId, journalDigest, previews };
  const options = spoolOptions(spoolId, patience);
  const spool = { spoolId, secondLookMs: secondLookMs(patience) };
  const { withdrawTiming } = proxyActivities<UploadActivities>(options.withdrawTiming);
  const { uploadFinal } = proxyActivities<UploadActivities>(options.uploadFinal);
  const { uploadPreviews } = proxyActivities<UploadActivities>(options.uploadPreviews);
  const { composeTiming } = proxyActivities<UploadActivities>(options.composeTiming);
  const { releaseSpool } = proxyActivities<UploadActivities>(options.releaseSpool);
  return {
    withdrawTiming: () => whileServed(spool, () => withdrawTiming(address)),
    uploadFinal: () => whileServed(spool, () => uploadFinal(reference)),
    uploadPreviews: () => whileServed(spool, () => uploadPreviews(reference)),
    composeTiming: () => whileServed(spool, () => composeTiming(reference)),
    releaseSpool: () => releaseSpool(reference),
  };
}

export type StoredResult = VariantResult & { readonly status: 'stored' | 'degraded' };

/** Stores everything the rendition consists of. Throws {@link RenditionGone} when it has to be generated again. */
export async function storeRendition(
  { request, replaces }: PregenerateVariantInput,
  orders: SpoolOrders,
): Promise<StoredResult> {
  if (replaces) await orders.withdrawTiming();
  if (!request.settings.previews) {
    await orders.uploadFinal();
    return { status: 'stored', missingSteps: [] };
  }
  await allOrCancel(orders.uploadFinal, () => unlessExhausted(orders.uploadPreviews));
  const { missingSteps } = await orders.composeTiming();
  return { status: missingSteps.length === 0 ? 'stored' : 'degraded', missingSteps };
}

/** Frees the spool of an image that nobody wants any more, even while being cancelled. A folder that cannot be deleted now is no reason to fail. */
export async function releaseSpool(orders: SpoolOrders): Promise<void> {
  try {
    await CancellationScope.nonCancellable(orders.releaseSpool);
  } catch (error) {
    log.warn('The rendition could not be removed from its spool', { reason: describeFailure(error) });
  }
}

interface WatchedSpool {
  readonly spoolId: string;
  /** Pause before the second look, milliseconds. */
  readonly secondLookMs: number;
}

/** Orders again as long as an uploader serves the spool: a full queue is no reason to generate an image twice. */
async function whileServed<T>(spool: WatchedSpool, order: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await order();
    } catch (error) {
      if (failedWith(error, FAILURE_TYPES.renditionLost)) throw new RenditionGone(describeFailure(error));
      if (!neverStarted(error)) throw error;
      if (!(await isServed(spool))) throw new RenditionGone(`nobody serves spool ${spool.spoolId} any more`);
    }
  }
}

/** A server that has just come back knows of no pollers: only a second look, later, is believed. */
async function isServed({ spoolId, secondLookMs }: WatchedSpool): Promise<boolean> {
  if (await isSpoolServed(spoolId)) return true;
  if (!patched('second-look-at-spool')) return false;
  await sleep(secondLookMs, { summary: `nobody serves spool ${spoolId}: second look` });
  return isSpoolServed(spoolId);
}

/** Previews that cannot be stored in time are left out; composeTiming sees which are there. */
async function unlessExhausted(uploadPreviews: () => Promise<void>): Promise<void> {
  try {
    await uploadPreviews();
  } catch (error) {
    if (isCancellation(error) || error instanceof RenditionGone) throw error;
    log.warn('Not all previews could be stored', { reason: describeFailure(error) });
  }
}
