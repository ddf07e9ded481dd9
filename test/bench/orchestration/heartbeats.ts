/**
 * Cost of heartbeats on the server. They are sent one after the other, not one a second, because a second of an idle server costs
 * more than a heartbeat.
 */
import { activityInfo, CompleteAsyncError } from '@temporalio/activity';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { encodeLivePicture } from '../../../activities/denoise/live-picture.js';
import type { DenoiseHeartbeat } from '../../../domain/denoise-heartbeat.js';
import { ORCHESTRATOR_OPTIONS } from '../../../workers/roles/orchestrator.js';
import { WORKFLOWS_QUEUE, workflowBundle } from './bare.js';
import { BARE_ACTIVITIES_QUEUE, type BareActivities } from './bare-workflows.js';
import { type Cost, costOf } from './cost.js';

/** Images in flight; as many heartbeats are sent at once. */
export const IMAGES = 8;

/** Details of the heartbeat of a step. */
export type Details = (step: number) => DenoiseHeartbeat;

export const withoutPicture = async (): Promise<Details> => (step) => ({
  ...{ phase: 'denoising', step, of: 100_000, at: new Date().toISOString(), spoolId: 'bench', runsOn: 'cpu' },
  spool: { bytes: 1_000_000, budgetBytes: 2 ** 34, renditions: 3 },
});

/** Details with a picture that is as hard to compress as one half-way through an image. */
export async function withPicture(): Promise<Details> {
  const plain = await withoutPicture();
  const pictures = await Promise.all(Array.from({ length: 16 }, (_, index) => picture(index)));
  return (step) => ({ ...plain(step), picture: { step, webp: pictures[step % pictures.length] ?? '' } });
}

/** Sends heartbeats; resolves to the cost of each. */
export async function runHeartbeats(
  environment: TestWorkflowEnvironment,
  details: Details,
  heartbeats: number,
): Promise<Cost> {
  const { tokens, stop } = await startImages(environment);
  try {
    let step = 0;
    const beat = async (token: Uint8Array) => {
      while (step < heartbeats) await environment.client.activity.heartbeat(token, details(++step));
    };
    return await costOf(heartbeats, () => Promise.all(tokens.map(beat)));
  } finally {
    await Promise.all(tokens.map((token) => environment.client.activity.complete(token, undefined)));
    await stop();
  }
}

/** Starts images; resolves to their task tokens, with which any client can send heartbeats. */
async function startImages({ nativeConnection: connection, client }: TestWorkflowEnvironment) {
  const tokens: Uint8Array[] = [];
  let started = () => {};
  const all = new Promise<void>((resolve) => {
    started = resolve;
  });
  const activities: BareActivities = {
    nothing: async () => {},
    pending: async () => {
      if (tokens.push(activityInfo().taskToken) === IMAGES) started();
      throw new CompleteAsyncError();
    },
  };
  const workers = [
    await Worker.create({ ...ORCHESTRATOR_OPTIONS, connection, taskQueue: WORKFLOWS_QUEUE, workflowBundle }),
    await Worker.create({ connection, taskQueue: BARE_ACTIVITIES_QUEUE, activities }),
  ];
  const running = workers.map((worker) => worker.run());
  const images = await Promise.all(
    Array.from({ length: IMAGES }, (_, index) =>
      client.workflow.start('BareImage', { workflowId: `image-${index}`, taskQueue: WORKFLOWS_QUEUE }),
    ),
  );
  await all;
  const stop = async () => {
    await Promise.all(images.map((image) => image.result()));
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  };
  return { tokens, stop };
}

const SIDE = 128;

async function picture(index: number): Promise<string> {
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE)];
    return 128 + 60 * Math.sin(x / 9 + (i % 3)) + 30 * Math.cos(y / 7 + index) + 30 * Math.sin(i * i);
  });
  return (await encodeLivePicture({ data, width: SIDE, height: SIDE })) ?? '';
}
