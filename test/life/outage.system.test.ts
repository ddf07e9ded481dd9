/**
 * The Temporal server is away, for longer and for less than images wait for their uploader, and knows of no worker when it is back: a
 * finished image on a disk that can be reached is stored from there, never made again.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { expect, onTestFinished, test } from 'vitest';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { quiet } from '../support/temporal.js';
import { TEMPORAL_CLI } from '../support/temporal-cli.js';
import { RETRY_LIMITS, sampleVariant } from '../workflows/samples.js';
import { endOf, startWorker } from './stack.js';

const OUTAGE_SECONDS = 6;
/** How long each image waits for its uploader: the outage ends before, at, and after all of these. */
const SILENCES = [1, 2, 4, 5, 6, 7, 9, 15];

/** Always the same server to those who ask: its database and its port stay. */
function startServer(folder: string, port?: number): Promise<TestWorkflowEnvironment> {
  quiet();
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: TEMPORAL_CLI },
      searchAttributes: [...SEARCH_ATTRIBUTES],
      log: { format: 'pretty', level: 'error' },
      dbFilename: join(folder, 'temporal.db'),
      ...(port === undefined ? {} : { port }),
    },
  });
}

/** How often each activity was ordered. */
async function ordersOf(handle: WorkflowHandle): Promise<Record<string, number>> {
  const orders: Record<string, number> = {};
  const { events } = await handle.fetchHistory();
  for (const { activityTaskScheduledEventAttributes: ordered } of events ?? []) {
    const name = ordered?.activityType?.name;
    if (name) orders[name] = (orders[name] ?? 0) + 1;
  }
  return orders;
}

test('finished images outlast an outage of the server, whichever timeouts end in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-outage-'));
  const before = await startServer(folder);
  const port = Number(before.address.split(':')[1]);
  const variables = {
    TEMPORAL_ADDRESS: before.address,
    TEMPORAL_NAMESPACE: before.namespace ?? 'default',
    PREGEN_STORE: `file:${folder}/store`,
    PREGEN_SPOOL: join(folder, 'spool'),
  };
  const workers = [await startWorker('orchestrator', variables), await startWorker('gpu', variables)];
  onTestFinished(async () => {
    await Promise.all(workers.map(endOf));
    await rm(folder, { recursive: true, force: true });
  });
  const inputs = SILENCES.map((spoolSilenceSeconds) =>
    sampleVariant(`silence-${spoolSilenceSeconds}`, { patience: { ...RETRY_LIMITS, spoolSilenceSeconds } }),
  );
  const handleIn = ({ client }: TestWorkflowEnvironment, workflowId: string) =>
    client.workflow.getHandle<VariantWorkflow>(workflowId);
  const ids = await Promise.all(
    inputs.map(async (input) => {
      const options = variantStartOptions(input.request);
      const handle = await before.client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
        ...options,
        taskQueue: ORCHESTRATION_QUEUE,
        args: [input],
      });
      await expect.poll(() => ordersOf(handle), { interval: 50 }).toMatchObject({ uploadFinal: 1 });
      return options.workflowId;
    }),
  );
  await before.teardown();
  await sleep(OUTAGE_SECONDS * 1000);
  const after = await startServer(folder, port);
  workers.push(await startWorker('uploader', variables));
  onTestFinished(() => after.teardown());
  for (const id of ids) {
    const handle = handleIn(after, id);
    expect(await handle.result()).toMatchObject({ status: 'stored' });
    expect((await ordersOf(handle)).denoise, id).toBe(1);
  }
});
