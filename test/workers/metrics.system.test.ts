/** What a collector of metrics gets from each role: the SDK's figures and ours, of images that really are made and stored. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { DEFAULT_RETRY_LIMITS } from '../../domain/retry-limits.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { entryPoint } from '../../package/entry-point.js';
import { ROLES, type Role } from '../../workers/roles/role.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { requestFor } from '../support/rendering.js';
import { freePort } from '../support/s3-server.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { startTemporalAt } from '../support/temporal.js';
import { startVersitygw } from '../support/versitygw.js';

interface Scraped {
  readonly child: ChildProcess;
  /** The sum of the values of all series of this name with these labels; undefined if there is none. */
  value(series: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined>;
}

async function start(role: Role, env: Readonly<Record<string, string>>): Promise<Scraped> {
  const port = await freePort();
  const child = fork(entryPoint(import.meta.url, '../../workers/main.js'), [role], {
    env: { ...process.env, PREGEN_THREADS: '1', PREGEN_METRICS: `127.0.0.1:${port}`, ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const scrape = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
    return (await response?.text()) ?? '';
  };
  return {
    child,
    async value(series, labels = {}) {
      const lines = (await scrape()).split('\n').filter((line) => isOf(line, series, labels));
      return lines.length === 0
        ? undefined
        : lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
  };
}

const isOf = (line: string, series: string, labels: Readonly<Record<string, string>>): boolean =>
  line.startsWith(`${series}{`) &&
  Object.entries(labels).every(([name, value]) => line.includes(`${name}="${value}"`));

it('is how many images came of it, how long steps took, what waits for the store, what the store refused', async () => {
  const s3 = await startVersitygw();
  const proxy = await FaultProxy.before(s3.endpoint);
  await s3.createBucket('metrics');
  const port = await freePort();
  const folder = await temporaryFolder();
  const env = {
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    PREGEN_STORE: proxy.through(s3.storeUrl('metrics')),
    PREGEN_SPOOL: `${folder}/spool`,
    PREGEN_SPOOL_BUDGET_GIB: '2',
    ...s3.env,
  };
  const [orchestrator, gpu, uploader] = await Promise.all(ROLES.map((role) => start(role, env)));
  if (orchestrator === undefined || gpu === undefined || uploader === undefined)
    throw new Error('no workers');
  // Metrics are there before there is a server.
  await expect.poll(() => uploader.value('pregen_part_ready', { part: 'server', role: 'uploader' })).toBe(0);
  const server = await startTemporalAt(port);
  onTestFinished(async () => {
    await server.teardown();
    await proxy.refuse();
    await s3.stop();
  });
  await expect.poll(() => uploader.value('pregen_part_ready', { part: 'server' })).toBe(1);
  await expect.poll(() => uploader.value('pregen_part_ready', { part: 'store' })).toBe(1);

  proxy.order(({ key }) => (key.endsWith('final.png') ? { status: 403, code: 'AccessDenied' } : undefined));
  const request = requestFor(1, { steps: 4 });
  const handle = await server.client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
    ...variantStartOptions(request),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ request, replaces: false, patience: DEFAULT_RETRY_LIMITS }],
  });
  const errors = { kind: 'permanent', verb: 'put' };
  await expect.poll(() => uploader.value('pregen_store_errors_total', errors)).toBeGreaterThan(0);
  await expect.poll(() => uploader.value('pregen_upload_backlog_images')).toBe(1);
  await expect.poll(() => uploader.value('pregen_upload_backlog_oldest_seconds')).toBeGreaterThan(0);
  expect(await uploader.value('pregen_part_ready', { part: 'store' })).toBe(0);
  proxy.order();
  expect(await handle.result()).toMatchObject({ status: 'stored' });

  await expect.poll(() => orchestrator.value('pregen_images_total', { outcome: 'stored' })).toBe(1);
  await expect.poll(() => gpu.value('pregen_step_seconds_count', { device: 'only' })).toBe(4);
  expect(await gpu.value('pregen_decode_seconds_count')).toBe(1);
  const busy = (await gpu.value('pregen_device_busy_milliseconds_total')) ?? 0;
  const steps = (await gpu.value('pregen_step_seconds_sum')) ?? 0;
  expect(busy).toBeGreaterThan(Math.floor(steps * 1000) - 4);
  expect(await gpu.value('pregen_spool_budget_bytes')).toBe(2 * 2 ** 30);
  expect(await gpu.value('pregen_spool_bytes')).toBeGreaterThan(0);
  await expect.poll(() => uploader.value('pregen_upload_backlog_images')).toBe(0);
  // The SDK's own.
  expect(await orchestrator.value('temporal_workflow_completed_total')).toBeGreaterThan(0);
  expect(await uploader.value('temporal_request_total', { role: 'uploader' })).toBeGreaterThan(0);

  const before = (await gpu.value('pregen_engine_restarts_total')) ?? 0;
  expect(before).toBe(0);
  const closed = once(gpu.child, 'close');
  gpu.child.kill('SIGTERM');
  expect((await closed)[0]).toBe(0);
});
