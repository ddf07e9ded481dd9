/** Which images of many are looked at: of all that are ordered, those that may be on a GPU. */
import { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { GPU_QUEUE } from '../../domain/task-queues.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import { orderedImages } from '../../live/ordered-images.js';

const ORDERED = 3_000;
const idOf = (variantId: number): string =>
  variantWorkflowId({ project: 'show', version: 'v1', cueId: 'dawn', variantId });

const HEARTBEAT = {
  ...{ phase: 'denoising', step: 1, of: 4, at: new Date().toISOString() },
  ...{ spoolId: 'a', host: 'gpu-1', runsOn: 'cuda' },
};

/** A server that lists the latest first, as the real one does; the first two that were ordered are being made. */
function serverWithBacklog(): { readonly client: Client; readonly asked: () => number } {
  let asked = 0;
  const order = (hasBegun: boolean) => ({
    activityType: { name: 'denoise' },
    activityOptions: { taskQueue: { name: GPU_QUEUE } },
    ...(hasBegun && {
      heartbeatDetails: { payloads: [{ data: new TextEncoder().encode(JSON.stringify(HEARTBEAT)) }] },
    }),
  });
  const workflow = {
    list: async function* () {
      for (let variantId = ORDERED; variantId > 0; variantId--) yield { workflowId: idOf(variantId) };
    },
    getHandle: (workflowId: string) => ({
      describe: async () => {
        asked += 1;
        const hasBegun = [idOf(1), idOf(2)].includes(workflowId);
        return { status: { name: 'RUNNING' }, raw: { pendingActivities: [order(hasBegun)] }, memo: {} };
      },
    }),
  };
  return { client: Object.assign(Object.create(Client.prototype), { workflow }), asked: () => asked };
}

test('images that were ordered first are found on their GPUs, however many wait behind them', async () => {
  const { client, asked } = serverWithBacklog();
  const { onGpus, queues } = await orderedImages(client);
  expect(onGpus.map(({ address }) => address.variantId).toSorted()).toEqual([1, 2]);
  expect(queues).toEqual([GPU_QUEUE]);
  expect(asked()).toBeLessThanOrEqual(1_000);
});
