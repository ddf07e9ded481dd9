/**
 * What the GPU worker and its engine process say to each other: requests over the IPC channel, replies as lines of JSON over
 * a pipe, since a thread of the engine process can write to a pipe but not to the channel. Messages are small and plain;
 * everything large is a file that a message names.
 */
import type { EngineEvent, EngineFailure, EngineJob, LoadJob } from './engine.js';

export type EngineRequest =
  /** Jobs are done one after the other, in the order in which they arrive. */
  | { readonly type: 'generate'; readonly job: EngineJob }
  /** In turn with them. */
  | { readonly type: 'load'; readonly job: LoadJob }
  /** Stop this job before its next step, or before it begins. */
  | { readonly type: 'cancel'; readonly jobId: string }
  /** The files of this step have been taken over. */
  | { readonly type: 'acknowledge'; readonly jobId: string; readonly step: number };

/** What the process works through. */
export type WorkRequest = Extract<EngineRequest, { readonly type: 'generate' | 'load' }>;

/** How a job ends other than by its `final` or `loaded` event. */
export type JobEnding =
  | { readonly type: 'cancelled' }
  | { readonly type: 'failed'; readonly failure: EngineFailure };

export type JobMessage = EngineEvent | JobEnding;

export type EngineReply =
  /** The process is up and takes jobs. */
  { readonly type: 'ready' } | { readonly type: 'job'; readonly jobId: string; readonly message: JobMessage };

/**
 * How many steps the engine may be ahead of the worker that stores them. The engine must never wait for one slow
 * fsync, nor fill a disk with latents that nobody takes: 16 steps of 1024×1024 pixels are 16 MiB.
 */
export const MAX_STEPS_AHEAD = 16;

/** The file descriptor of that pipe in the engine process; 3 is the IPC channel. */
export const REPLY_FD = 4;
