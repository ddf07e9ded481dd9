/**
 * The one place where errors become ApplicationFailures: which can never succeed, which are tried again and how
 * soon. Libraries below throw errors with facts; workflows above see types from `domain/failure-types.ts`.
 */
import { ApplicationFailure, type ApplicationFailureOptions, CancelledFailure } from '@temporalio/common';
import { FAILURE_TYPES, type FailureType } from '../domain/failure-types.js';
import { given } from '../domain/given.js';
import type { MachineAccount } from '../domain/machine-fault.js';
import { InvalidInputError } from '../domain/problems.js';
import type { CheckpointHolder } from '../domain/rendition.js';
import { EngineFailedError, type EngineFailureKind, EngineLostError } from '../engine/engine.js';
import { StoreError } from '../storage/object-store.js';
import { SpoolFullError } from '../storage/spool/records.js';

/** The replacement is already being forked, and a crash has nothing to do with load: no backoff. */
const ENGINE_LOST_RETRY_DELAY = '1 second';
/** Zero would mean "not given" to some: as soon as any worker has a slot. */
const HAND_BACK_RETRY_DELAY = '1 millisecond';
/** Time for other machines to poll; each round costs the server an attempt. */
const ANOTHER_MACHINE_DELAY = '2 seconds';

/** Where a failed image can go on, and what the machine says of it, if that may be to blame. */
export interface FailedAttempt {
  readonly holder?: CheckpointHolder | undefined;
  readonly account?: MachineAccount | undefined;
}

/** What a failed activity throws; `subject` names the variant. Failures and cancellations pass unchanged. */
export function asFailure(error: unknown, subject: string, { holder, account }: FailedAttempt = {}): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const message = cause.message.includes(subject) ? cause.message : `${subject}: ${cause.message}`;
  const details = holder === undefined && account === undefined ? {} : { details: [holder, account] };
  return ApplicationFailure.create({ message, cause, ...details, ...verdictOf(cause) });
}

/** The worker is stopping: another one goes on from the last checkpoint. */
export function handedBack(subject: string, step: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.workerShutdown,
    message: `${subject}: the GPU worker is stopping; handed back after step ${step}, to go on from there.`,
    nextRetryDelay: HAND_BACK_RETRY_DELAY,
  });
}

/** Ends an attempt that would have to begin anew what another machine has half done. */
export function checkpointElsewhere(subject: string, holder: CheckpointHolder): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.checkpointElsewhere,
    nonRetryable: true,
    message: `${subject}: ${holder.step} steps are complete on spool ${holder.spoolId}; it is asked first.`,
    details: [holder],
  });
}

/** Another machine is asked first: this one has failed, with this image or with others. */
export function anotherMachineFirst(subject: string, why: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.anotherMachineFirst,
    message: `${subject}: ${why}; another machine is asked first.`,
    nextRetryDelay: ANOTHER_MACHINE_DELAY,
  });
}

/** The spool has no intact final image of this rendition: it has to be denoised (or decoded) again. */
export function renditionLost(subject: string, problem: string, cause?: Error): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.renditionLost,
    nonRetryable: true,
    message: `${subject}: ${problem} It is generated again.`,
    ...given({ cause }),
  });
}

/** The store is not, or not yet, as it has to be. */
export function storeFailed(subject: string, problem: string, cause?: Error): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.storeFailed,
    message: `${subject}: ${problem}`,
    ...given({ cause }),
  });
}

/** The request can never succeed as it is. */
export function invalidRequest(subject: string, problem: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.invalidRequest,
    nonRetryable: true,
    message: `${subject}: ${problem}`,
  });
}

type Verdict = Pick<ApplicationFailureOptions, 'type' | 'nonRetryable' | 'nextRetryDelay' | 'message'>;

function verdictOf(error: Error): Verdict {
  if (error instanceof EngineFailedError) return ENGINE_VERDICTS[error.kind];
  if (error instanceof EngineLostError)
    return { type: FAILURE_TYPES.engineLost, nextRetryDelay: ENGINE_LOST_RETRY_DELAY };
  if (error instanceof SpoolFullError) return { type: FAILURE_TYPES.spoolFull };
  // Permanent for the store is not permanent for the show: an operator mends credentials or the bucket, and it goes on.
  if (error instanceof StoreError) return { type: FAILURE_TYPES.storeFailed };
  if (error instanceof InvalidInputError) return never(FAILURE_TYPES.invalidRequest);
  return { type: error.name };
}

const never = (type: FailureType): Verdict => ({ type, nonRetryable: true });

const ENGINE_VERDICTS: Readonly<Record<EngineFailureKind, Verdict>> = {
  model: never(FAILURE_TYPES.invalidModel),
  request: never(FAILURE_TYPES.invalidRequest),
  'non-finite': never(FAILURE_TYPES.nonFiniteLatents),
  'disk-full': { type: FAILURE_TYPES.spoolFull },
  internal: { type: FAILURE_TYPES.deviceFailed },
};
