/**
 * Which images are being made right now and how far each is, from the heartbeats of their denoise activities.
 * Heartbeats are for people: throttled by the SDK and a second or two old, never a source of truth.
 */
import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import type { CueProgress } from '../../domain/progress.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';

export interface ImageInFlight {
  readonly cueId: string;
  readonly variantId: number;
  /** `waiting` until a GPU has taken it; `uploading` when it has been generated. */
  readonly phase: string;
  /** Denoising steps done, of so many; absent while waiting and uploading. */
  readonly step?: number;
  readonly of?: number;
  /** Which attempt this is, when not the first, and why the one before failed. */
  readonly attempt?: number;
  readonly lastFailure?: string;
}

/** Looking at one image costs the server a request; a screen holds no more than this many lines anyway. */
const MAX_IMAGES = 12;

const heartbeatSchema = z.object({ phase: z.string(), step: z.number(), of: z.number() });

/** Describes the first images in flight of these cues, those being denoised first. */
export async function imagesInFlight(
  client: Client,
  show: { project: string; version: string },
  cues: readonly CueProgress[],
): Promise<ImageInFlight[]> {
  const addresses = cues.flatMap(({ cueId, inFlight }) =>
    inFlight.map((variantId) => ({ ...show, cueId, variantId })),
  );
  const images = await Promise.all(
    addresses.slice(0, MAX_IMAGES).map(async (address) => {
      const description = await describeRunning(client, variantWorkflowId(address));
      return description && describeImage(address, description);
    }),
  );
  return images.filter((image) => image !== undefined).sort((a, b) => (b.step ?? -1) - (a.step ?? -1));
}

async function describeRunning(
  client: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    const description = await client.workflow.getHandle(workflowId).describe();
    return description.status.name === 'RUNNING' ? description : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function describeImage(
  { cueId, variantId }: { cueId: string; variantId: number },
  { raw }: WorkflowExecutionDescription,
): ImageInFlight {
  const activities = raw.pendingActivities ?? [];
  const denoise = activities.find(({ activityType }) => activityType?.name === 'denoise');
  const image = { cueId, variantId };
  if (denoise === undefined) return { ...image, phase: activities.length > 0 ? 'uploading' : 'waiting' };
  const retried = {
    ...(Number(denoise.attempt ?? 1) > 1 ? { attempt: Number(denoise.attempt) } : {}),
    ...(denoise.lastFailure?.message ? { lastFailure: denoise.lastFailure.message } : {}),
  };
  const heartbeat = heartbeatOf(denoise.heartbeatDetails?.payloads?.[0]?.data);
  return { ...image, ...retried, ...(heartbeat ?? { phase: 'waiting' }) };
}

/** The default data converter writes JSON. Anything else is some other program's heartbeat. */
function heartbeatOf(data: Uint8Array | null | undefined): z.output<typeof heartbeatSchema> | undefined {
  if (data === null || data === undefined) return undefined;
  try {
    return heartbeatSchema.safeParse(JSON.parse(new TextDecoder().decode(data))).data;
  } catch {
    return undefined;
  }
}
