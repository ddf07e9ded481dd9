/**
 * One image in flight, as the Temporal server tells of it: how far it is and what it shows, from the heartbeat of its denoise
 * activity, and what keeps it from being stored. Heartbeats are for people: throttled by the SDK and a second or two
 * old, never a source of truth.
 */
import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import {
  type DenoiseHeartbeat,
  type LivePicture,
  machineOf,
  type SpoolUsage,
} from '../domain/denoise-heartbeat.js';
import { given } from '../domain/given.js';
import { type LostEngines, lostEnginesOf } from '../domain/lost-engines.js';
import type { VariantAddress } from '../domain/object-keys.js';
import { variantWorkflowId } from '../domain/workflow-ids.js';
import { heartbeatOf } from './denoise-heartbeat.js';

export interface ImageState {
  /** `waiting` until a GPU has taken it, then as it says; `pausing` after a lost engine; `uploading` when it has been generated. */
  readonly phase: DenoiseHeartbeat['phase'] | 'waiting' | 'pausing' | 'uploading';
  /** Denoising steps done, of so many; absent while waiting and uploading. */
  readonly step?: number;
  readonly of?: number;
  /** Where it is being made: `gpu-3 cuda:1`. */
  readonly machine?: string;
  /** The newest preview, in programs that keep none as well; absent until there is one. */
  readonly picture?: LivePicture;
  /** Which attempt this is, when not the first, and why the one before failed. */
  readonly attempt?: number;
  readonly lastFailure?: string;
}

/** What a spool's machine has said of it last. */
export interface SpoolState extends SpoolUsage {
  readonly spoolId: string;
  /** A GPU waits until uploads have made room. */
  readonly full: boolean;
  /** ISO 8601 time of the report. */
  readonly at: string;
}

export interface Look {
  readonly image: ImageState;
  /** Task queue of the order to make it, while there is one. */
  readonly queue?: string;
  /** What the machine that makes the image has said last. */
  readonly heartbeat?: DenoiseHeartbeat;
  /** Of the machine that makes the image. */
  readonly spool?: SpoolState;
}

type Activity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Looks at a variant, or a take of one; undefined if its workflow does not run (any more). */
export async function lookAtImage(client: Client, address: VariantAddress): Promise<Look | undefined> {
  const running = await describe(client, variantWorkflowId(address));
  return running && lookAt(running);
}

interface RunningWorkflow {
  /** What it waits for. */
  readonly activities: readonly Activity[];
  readonly lost: LostEngines | undefined;
}

async function describe(client: Client, workflowId: string): Promise<RunningWorkflow | undefined> {
  try {
    const { status, raw, memo } = await client.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING') return undefined;
    return { activities: raw.pendingActivities ?? [], lost: lostEnginesOf(memo) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function lookAt({ activities, lost }: RunningWorkflow): Look {
  const denoise = activities.find(({ activityType }) => activityType?.name === 'denoise');
  if (denoise === undefined) {
    if (activities.length > 0) return { image: { phase: 'uploading', ...retried(mostTried(activities)) } };
    return { image: { phase: lost === undefined ? 'waiting' : 'pausing', ...retried(undefined, lost) } };
  }
  const heartbeat = heartbeatOf(denoise.heartbeatDetails?.payloads?.[0]?.data);
  const queue = given({ queue: denoise.activityOptions?.taskQueue?.name ?? undefined });
  if (heartbeat === undefined) return { image: { phase: 'waiting', ...retried(denoise, lost) }, ...queue };
  const { phase, step, of, picture, spoolId, spool, at } = heartbeat;
  return {
    image: {
      phase,
      step,
      of,
      ...given({ picture, machine: machineOf(heartbeat) }),
      ...retried(denoise, lost),
    },
    heartbeat,
    ...queue,
    ...(spool === undefined ? {} : { spool: { spoolId, ...spool, at, full: phase === 'spool-full' } }),
  };
}

/** A lost engine ends an order; the next one counts its attempts anew. */
function retried(
  activity: Activity | undefined,
  lost?: LostEngines,
): Pick<ImageState, 'attempt' | 'lastFailure'> {
  const attempt = (lost?.times ?? 0) + Number(activity?.attempt ?? 1);
  const lastFailure = activity?.lastFailure?.message ?? lost?.reason;
  return { ...(attempt > 1 ? { attempt } : {}), ...(lastFailure ? { lastFailure } : {}) };
}

const mostTried = (activities: readonly Activity[]): Activity | undefined =>
  activities.toSorted((a, b) => Number(b.attempt ?? 1) - Number(a.attempt ?? 1))[0];
