/**
 * Which images are being made right now and how far each is, and how full the spools are, from the heartbeats of their
 * denoise activities; and what keeps others from being stored. Heartbeats are for people: throttled by the SDK and a
 * second or two old, never a source of truth.
 */
import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { DenoiseHeartbeat } from '../../domain/denoise-heartbeat.js';
import { type LostEngines, lostEnginesOf } from '../../domain/lost-engines.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import type { PageProgress, VariantName } from '../../domain/progress.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import type { RunningVariant } from '../temporal/running-variants.js';
import { heartbeatOf } from './denoise-heartbeat.js';
import { fullest, type SpoolReport } from './spool-reports.js';

export interface ImageInFlight {
  readonly cueId: string;
  readonly variantId: number;
  /** `waiting` until a GPU has taken it, then as it says; `pausing` after a lost engine; `uploading` when it has been generated. */
  readonly phase: DenoiseHeartbeat['phase'] | 'waiting' | 'pausing' | 'uploading';
  /** Denoising steps done, of so many; absent while waiting and uploading. */
  readonly step?: number;
  readonly of?: number;
  /** Which attempt this is, when not the first, and why the one before failed. */
  readonly attempt?: number;
  readonly lastFailure?: string;
}

export interface InFlight {
  /** Those furthest along first. */
  readonly images: readonly ImageInFlight[];
  /** Spools on which one of these images is being made. */
  readonly spools: readonly SpoolReport[];
}

export const NOTHING_IN_FLIGHT: InFlight = { images: [], spools: [] };

/** Looking at one image costs the server a request; a screen holds no more than this many lines anyway. */
const MAX_ON_GPUS = 8;
/** Those that wait longest tell what keeps the store from taking them. */
const MAX_UPLOADING = 4;

type Activity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Describes images in flight: those that the server lists, and those that pages have told of since. */
export async function imagesInFlight(
  client: Client,
  show: ShowAddress,
  running: readonly RunningVariant[],
  pages: readonly PageProgress[] = [],
): Promise<InFlight> {
  const found = await Promise.all(
    choose(running, pages).map(async (image) => {
      const running = await describe(client, variantWorkflowId({ ...show, ...image }));
      return running && lookAt(image, running);
    }),
  );
  const known = found.filter((one) => one !== undefined);
  return {
    images: known.map(({ image }) => image).sort((a, b) => (b.step ?? -1) - (a.step ?? -1)),
    spools: fullest(known.flatMap(({ spool }) => spool ?? [])),
  };
}

/** The images worth a look: of those not generated yet and of those waiting for the store, the ones that began first. */
function choose(running: readonly RunningVariant[], pages: readonly PageProgress[]): VariantName[] {
  const nameOf = ({ cueId, variantId }: VariantName) => `${cueId}/${variantId}`;
  const told = pages.flatMap(({ inFlight }) => inFlight);
  const images = new Map([...told, ...running.toReversed()].map((image) => [nameOf(image), image]));
  const uploading = new Set(running.filter((variant) => variant.uploading).map(nameOf));
  const inOrder = [...images].map(([name, { cueId, variantId }]) => ({ name, cueId, variantId }));
  return [
    ...inOrder.filter(({ name }) => !uploading.has(name)).slice(0, MAX_ON_GPUS),
    ...inOrder.filter(({ name }) => uploading.has(name)).slice(0, MAX_UPLOADING),
  ].map(({ cueId, variantId }) => ({ cueId, variantId }));
}

interface RunningWorkflow {
  /** What it waits for. */
  readonly activities: readonly Activity[];
  readonly lost: LostEngines | undefined;
}

/** Undefined if it does not run (any more). */
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

function lookAt(
  image: VariantName,
  { activities, lost }: RunningWorkflow,
): { image: ImageInFlight; spool?: SpoolReport } {
  const denoise = activities.find(({ activityType }) => activityType?.name === 'denoise');
  if (denoise === undefined) {
    if (activities.length > 0)
      return { image: { ...image, phase: 'uploading', ...retried(mostTried(activities)) } };
    return {
      image: { ...image, phase: lost === undefined ? 'waiting' : 'pausing', ...retried(undefined, lost) },
    };
  }
  const heartbeat = heartbeatOf(denoise.heartbeatDetails?.payloads?.[0]?.data);
  if (heartbeat === undefined) return { image: { ...image, phase: 'waiting', ...retried(denoise, lost) } };
  const { phase, step, of, spoolId, spool, at } = heartbeat;
  return {
    image: { ...image, phase, step, of, ...retried(denoise, lost) },
    ...(spool === undefined ? {} : { spool: { spoolId, ...spool, at, full: phase === 'spool-full' } }),
  };
}

/** A lost engine ends an order; the next one counts its attempts anew. */
function retried(
  activity: Activity | undefined,
  lost?: LostEngines,
): Pick<ImageInFlight, 'attempt' | 'lastFailure'> {
  const attempt = (lost?.times ?? 0) + Number(activity?.attempt ?? 1);
  const lastFailure = activity?.lastFailure?.message ?? lost?.reason;
  return { ...(attempt > 1 ? { attempt } : {}), ...(lastFailure ? { lastFailure } : {}) };
}

const mostTried = (activities: readonly Activity[]): Activity | undefined =>
  activities.toSorted((a, b) => Number(b.attempt ?? 1) - Number(a.attempt ?? 1))[0];
