/**
 * Orders `denoise` until there is a rendition. The server retries what passes (a machine that reboots, a store that
 * is away); what may be the fault of a machine or of the image is judged here (image-faults.ts): an image whose engine dies every
 * time, or which takes its whole worker down with it, ends as failed instead of occupying a device for ever. An image that has begun
 * on some machine is ordered there first, unless it has failed there.
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
import { FAILURE_TYPES } from '../domain/failure-types.js';
import { LOST_ENGINES_MEMO, type LostEngines } from '../domain/lost-engines.js';
import { describeMachine } from '../domain/machine-fault.js';
import type { PregenerateVariantInput } from '../domain/messages.js';
import type { AlreadyStored, CheckpointHolder, Rendition } from '../domain/rendition.js';
import { DENOISE_ATTEMPTS, denoiseOptions } from './activity-options.js';
import { checkpointHolder, failedWith, fellSilent, neverStarted, ranOutOfAttempts } from './failures.js';
import { type Fault, failedOn, faultOf, maySucceedOn, pauseAfter, throwIfToBlame } from './image-faults.js';

/** Denoises, or finds that another run has; `say` is told what a person should know meanwhile. Throws when the variant cannot be generated. */
export async function denoiseUntilDone(
  input: Pick<PregenerateVariantInput, 'request' | 'unlessStored'>,
  say: (now: string) => void,
): Promise<Rendition | AlreadyStored> {
  let holder: CheckpointHolder | undefined;
  const faults: Fault[] = [];
  for (;;) {
    try {
      return await order(input, holder, failedOn(faults));
    } catch (error) {
      if (isCancellation(error)) throw error;
      const askedHolder = holder !== undefined;
      // Once in a row: whatever keeps the holder from going on, the next order is for any machine.
      holder = askedHolder ? undefined : checkpointHolder(error);
      if (failedWith(error, FAILURE_TYPES.checkpointElsewhere)) continue;
      if (askedHolder && (neverStarted(error) || ranOutOfAttempts(error))) continue;
      const fault = faultOf(error);
      if (fault === undefined) {
        throwIfHopeless(error);
        continue;
      }
      faults.push(fault);
      throwIfToBlame(faults);
      if (holder !== undefined && !maySucceedOn(holder.spoolId, faults)) holder = undefined;
      await pauseAfterFault(faults, fault, say);
    }
  }
}

function order(
  { request, unlessStored }: Pick<PregenerateVariantInput, 'request' | 'unlessStored'>,
  holder: CheckpointHolder | undefined,
  failedOn: readonly string[],
): Promise<Rendition | AlreadyStored> {
  const { denoise } = proxyActivities<GpuActivities>(denoiseOptions(request, holder));
  if (failedOn.length > 0) return denoise(request, unlessStored === true, failedOn);
  return unlessStored === true ? denoise(request, true) : denoise(request);
}

/** Throws what ends an order, and is no machine's fault, if trying again cannot help. */
export function throwIfHopeless(error: unknown): void {
  if (!ranOutOfAttempts(error)) throw error;
  if (fellSilent(error)) {
    throw ApplicationFailure.nonRetryable(
      `the GPU worker fell silent in the last of ${DENOISE_ATTEMPTS} attempts`,
      FAILURE_TYPES.engineLost,
    );
  }
}

async function pauseAfterFault(
  { length: times }: readonly Fault[],
  { type, reason, account }: Fault,
  say: (now: string) => void,
): Promise<void> {
  const where = account === undefined ? '' : ` on ${describeMachine(account)}`;
  const what = type === FAILURE_TYPES.engineLost ? 'the engine was lost' : 'it failed';
  say(`${what} ${times} times in a row, last${where} (${reason}); trying again`);
  tellLostEngines({
    times,
    reason: account === undefined ? reason : `${describeMachine(account)}: ${reason}`,
  });
  await sleep(pauseAfter(times), { summary: 'pause after a failed attempt' });
}

/** Of a reason, in a memo that every description of the variant carries. */
const MAX_REASON = 500;

/** Runs of a release that did not tell go on without telling. */
function tellLostEngines({ times, reason }: LostEngines): void {
  if (!patched('lost-engines-in-memo')) return;
  upsertMemo({ [LOST_ENGINES_MEMO]: { times, reason: reason.slice(0, MAX_REASON) } });
}
