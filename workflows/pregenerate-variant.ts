/**
 * One image, from request to stored objects. It orders and never does: the GPU worker denoises onto a spool, the
 * spool's uploader stores, and whatever dies in between, the next order goes on from what is durable. It ends as
 * stored, as degraded (final image stored, some preview not), as skipped (another run stored it before its turn came), or
 * as failed with a sentence that names the variant.
 */
import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import { describeFailure } from '../domain/failure-text.js';
import { FAILURE_TYPES } from '../domain/failure-types.js';
import { given } from '../domain/given.js';
import type { PregenerateVariantInput } from '../domain/messages.js';
import type { VariantResult } from '../domain/progress.js';
import { type Heeded, type RenditionRequest, unheeded } from '../domain/rendition.js';
import { PLAN_OPTIONS } from './activity-options.js';
import { cancellationBehind } from './cancelled.js';
import { countOutcome } from './count-outcome.js';
import { denoiseUntilDone } from './denoise-order.js';
import {
  RenditionGone,
  releaseSpool,
  type SpoolOrders,
  type StoredResult,
  spoolOrders,
  storeRendition,
} from './rendition-storage.js';
import { describeResult, type StatusDisplay, statusDisplay } from './status-display.js';

const { rememberFailures } = proxyActivities<PlanActivities>(PLAN_OPTIONS.rememberFailures);

/** A machine may burn down; a rendition that is lost this often is lost to a broken disk, and costs GPU time each time. */
const MAX_RENDITIONS = 10;

/** Generates and stores one variant. */
export async function PregenerateVariant(input: PregenerateVariantInput): Promise<VariantResult> {
  const display = statusDisplay(input.request);
  display.show('denoising', 'waiting for a GPU, or on it');
  try {
    const result = await generate(input, display);
    countOutcome(result.status);
    return result;
  } catch (error) {
    const cancellation = cancellationBehind(error);
    countOutcome(cancellation === undefined ? 'failed' : 'cancelled');
    if (cancellation !== undefined) throw cancellation;
    await remember(input, describeFailure(error));
    display.show('failed', describeFailure(error));
    throw variantFailure(input.request, error);
  }
}

/** In the store, where it outlives this history: "retry" and "status" find it there. Without a take, no variant is missing. */
async function remember({ request, showRunId }: PregenerateVariantInput, reason: string): Promise<void> {
  const { project, version, cueId, variantId, take } = request;
  if (take !== undefined) return;
  const at = new Date().toISOString();
  const failure = { cueId, variantId, reason, at, ...given({ showRunId }) };
  await rememberFailures({ project, version, failures: [failure] });
}

async function generate(input: PregenerateVariantInput, display: StatusDisplay): Promise<VariantResult> {
  for (let rendition = 1; ; rendition++) {
    try {
      return await generateOnce(input, display);
    } catch (error) {
      if (!(error instanceof RenditionGone)) throw error;
      if (rendition === MAX_RENDITIONS) throw lostTooOften(error);
      display.show('denoising', `again, because ${error.message}`);
    }
  }
}

async function generateOnce(input: PregenerateVariantInput, display: StatusDisplay): Promise<VariantResult> {
  const rendition = await denoiseUntilDone(input, (now) => display.show('denoising', now));
  if ('alreadyStored' in rendition) return foundStored(input, display);
  const unknown = unheeded(input.request, rendition);
  if (unknown !== undefined) throw knowsNot(unknown);
  const orders = spoolOrders(input, rendition);
  display.show(
    'uploading',
    `${rendition.steps} steps in ${seconds(rendition.durationMs)}, from spool ${rendition.spoolId}`,
  );
  const result = await storeOrRelease(input, orders);
  display.show(result.status, describeResult(input.request, result));
  return result;
}

function foundStored({ request }: PregenerateVariantInput, display: StatusDisplay): VariantResult {
  const result = { status: 'skipped', missingSteps: [] } as const;
  display.show('stored', `by another run: ${describeResult(request, result)}`);
  return result;
}

/** A cancelled variant leaves nothing on the spool; a failed one keeps its image there. */
async function storeOrRelease(input: PregenerateVariantInput, orders: SpoolOrders): Promise<StoredResult> {
  try {
    return await storeRendition(input, orders);
  } catch (error) {
    if (cancellationBehind(error) !== undefined) await releaseSpool(orders);
    throw error;
  }
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** It would be stored as what it is not: a take as the variant itself, a prompt that was cut as one that was read whole, the base model's image as a LoRA's. */
const knowsNot = (unknown: keyof Heeded): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `the GPU worker is of an earlier version, which knows no ${HEEDED_WORDS[unknown]}: replace it, then ask again`,
    FAILURE_TYPES.invalidRequest,
  );

const HEEDED_WORDS: Readonly<Record<keyof Heeded, string>> = {
  take: 'takes',
  longPrompts: 'longPrompts',
  promptSyntax: 'promptSyntax',
  loras: 'LoRAs',
};

const lostTooOften = (error: RenditionGone): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `${MAX_RENDITIONS} renditions were lost, the last because ${error.message}`,
    FAILURE_TYPES.renditionLost,
  );

/** Names the variant, keeps the type by which operators filter. */
function variantFailure({ cueId, variantId }: RenditionRequest, error: unknown): ApplicationFailure {
  const cause = error instanceof Error && error.cause instanceof ApplicationFailure ? error.cause : error;
  const type = cause instanceof ApplicationFailure ? cause.type : undefined;
  return ApplicationFailure.create({
    message: `variant ${variantId} of cue ${cueId} could not be generated: ${describeFailure(error)}`,
    ...(typeof type === 'string' ? { type } : {}),
    nonRetryable: true,
    ...(error instanceof Error ? { cause: error } : {}),
  });
}
