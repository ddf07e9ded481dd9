/**
 * The `type` of every ApplicationFailure that this system throws. Workflows branch on these, operators filter by
 * them; activities alone create them.
 */
export const FAILURE_TYPES = {
  /** The request can never succeed: unknown model, wrong size, missing image. Non-retryable. */
  invalidRequest: 'InvalidRequest',
  /** The model directory cannot be used on this machine: the workflow asks another one. */
  invalidModel: 'InvalidModel',
  /** NaN or infinity in the latents: the same seed gives the same numbers, but for a device that computes wrongly. */
  nonFiniteLatents: 'NonFiniteLatents',
  /** The engine process crashed, was killed or hung; the next attempt resumes at the last checkpoint. */
  engineLost: 'EngineLost',
  /** The device could not compute: out of memory, mostly. */
  deviceFailed: 'DeviceFailed',
  /** This machine has failed on the image, or on others; another one is asked first. Retried. */
  anotherMachineFirst: 'AnotherMachineFirst',
  /** The GPU worker is shutting down and hands the rendition back. */
  workerShutdown: 'WorkerShutdown',
  /** Another spool, named in the details, holds the rendition's last checkpoint: it is better gone on with there. */
  checkpointElsewhere: 'CheckpointElsewhere',
  /** A rendition on the spool is damaged or gone: it has to be denoised (or decoded) again. */
  renditionLost: 'RenditionLost',
  /** The spool's disk is full. */
  spoolFull: 'SpoolFull',
  /** The store refused or failed an operation; retried. */
  storeFailed: 'StoreFailed',
  /** Every variant that a show tried failed; the details have its counts. Non-retryable. */
  allFailed: 'AllFailed',
  /** A show's counts do not add up to its plan, even after planning once more. Non-retryable. */
  countsDiffer: 'CountsDiffer',
} as const;

export type FailureType = (typeof FAILURE_TYPES)[keyof typeof FAILURE_TYPES];
