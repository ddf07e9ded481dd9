/**
 * Where an image that has begun goes on: on the machine that holds its checkpoint, if that one is still there. A worker
 * of the shared GPU queue that is handed such an image says so instead of beginning anew; the workflow then asks the
 * holder first, and everybody again if it keeps silent.
 */
import { readHeartbeat } from '../../domain/denoise-heartbeat.js';
import { given } from '../../domain/given.js';
import type { CheckpointHolder } from '../../domain/rendition.js';
import { isSharedGpuQueue } from '../../domain/task-queues.js';

export interface Handover {
  readonly taskQueue: string;
  /** Last heartbeat of the attempt before this one, which may be missing or anything. */
  readonly heartbeatDetails: unknown;
  /** Steps that are complete on this machine's own spool. */
  readonly ownSteps: number;
  readonly ownSpoolId: string;
}

/** The spool that should be asked before this one, if any. */
export function preferredHolder(handover: Handover): CheckpointHolder | undefined {
  const { taskQueue, heartbeatDetails, ownSteps, ownSpoolId } = handover;
  // On the holder's own queue, or asked again after it kept silent, there is nobody else to ask.
  if (!isSharedGpuQueue(taskQueue)) return undefined;
  const last = readHeartbeat(heartbeatDetails);
  if (last === undefined || last.spoolId === ownSpoolId || last.step <= ownSteps) return undefined;
  return { spoolId: last.spoolId, step: last.step, ...given({ doneMs: last.doneMs }) };
}
