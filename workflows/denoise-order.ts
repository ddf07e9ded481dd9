/**
 * Orders `denoise` until there is a rendition. The server retries what passes (a machine that reboots, a store that
 * is away); what may be the variant's own fault is counted here: an image whose engine dies every time, or which
 * takes its whole worker down with it, ends as failed instead of occupying a device for ever. An image that has begun
 * on some machine is ordered there first.
 */
import {
  ApplicationFailure,
  isCancellation,
  patched,
  proxyActivities,
  sleep,
  upsertMemo,
} from '@temporalio/workflow';
import type { GpuActivities } from '../activities/interfaces.js';
import { describeFailure } from '../domain/failure-text.js';
import { FAILURE_TYPES } from '../domain/failure-types.js';
import { LOST_ENGINES_MEMO, type LostEngines } from '../domain/lost-engines.js';
import type { PregenerateVariantInput } from '../domain/messages.js';
import type { AlreadyStored, CheckpointHolder, Rendition } from '../domain/rendition.js';
import { DENOISE_ATTEMPTS, denoiseOptions } from './activity-options.js';
import { checkpointHolder, failedWith, fellSilent, neverStarted, ranOutOfAttempts } from './failures.js';

/** In a row. Each resumes one step later at best, and a healthy engine is lost to an accident once or twice. */
const MAX_LOST_ENGINES = 10;

/** Longest pause after a lost engine: lets other variants go first without leaving a mended machine idle for long. */
const MAX_PAUSE_MS = 60_000;

/** Denoises, or finds that another run has; `say` is told what a person should know meanwhile. Throws when the variant cannot be generated. */
export async function denoiseUntilDone(
  { request, unlessStored }: Pick<PregenerateVariantInput, 'request' | 'unlessStored'>,
  say: (now: string) => void,
): Promise<Rendition | AlreadyStored> {
  let holder: CheckpointHolder | undefined;
  for (let lostEngines = 0; ; ) {
    const { denoise } = proxyActivities<GpuActivities>(denoiseOptions(request, holder));
    try {
      return await (unlessStored === true ? denoise(request, true) : denoise(request));
    } catch (error) {
      if (isCancellation(error)) throw error;
      const askedHolder = holder !== undefined;
      // Once in a row: whatever keeps the holder from going on, the next order is for any machine.
      holder = askedHolder ? undefined : checkpointHolder(error);
      if (failedWith(error, FAILURE_TYPES.checkpointElsewhere)) continue;
      if (askedHolder && (neverStarted(error) || ranOutOfAttempts(error))) continue;
      lostEngines = failedWith(error, FAILURE_TYPES.engineLost) ? lostEngines + 1 : 0;
      throwIfHopeless(error, lostEngines);
      if (lostEngines > 0) {
        const reason = describeFailure(error);
        say(`the engine was lost ${lostEngines} times in a row (${reason}); trying again`);
        tellLostEngines({ times: lostEngines, reason });
        await sleep(pauseAfter(lostEngines), { summary: 'pause after a lost engine' });
      }
    }
  }
}

/** Throws if trying again cannot help, or has not helped `lostEngines` times in a row. */
export function throwIfHopeless(error: unknown, lostEngines: number): void {
  if (lostEngines >= MAX_LOST_ENGINES) {
    throw ApplicationFailure.nonRetryable(
      `the engine was lost ${lostEngines} times in a row, last: ${describeFailure(error)}`,
      FAILURE_TYPES.engineLost,
    );
  }
  if (lostEngines > 0) return;
  if (!ranOutOfAttempts(error)) throw error;
  if (fellSilent(error)) {
    throw ApplicationFailure.nonRetryable(
      `the GPU worker fell silent in the last of ${DENOISE_ATTEMPTS} attempts`,
      FAILURE_TYPES.engineLost,
    );
  }
}

/** Of a reason, in a memo that every description of the variant carries. */
const MAX_REASON = 500;

/** Runs of a release that did not tell go on without telling. */
function tellLostEngines({ times, reason }: LostEngines): void {
  if (!patched('lost-engines-in-memo')) return;
  upsertMemo({ [LOST_ENGINES_MEMO]: { times, reason: reason.slice(0, MAX_REASON) } });
}

/** 0, 1, 2, 4 … seconds: the first loss costs nothing. */
export const pauseAfter = (lostEngines: number): number =>
  lostEngines === 1 ? 0 : Math.min(1000 * 2 ** (lostEngines - 2), MAX_PAUSE_MS);
