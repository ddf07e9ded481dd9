/**
 * The worker processes as people run them, against a real Temporal server: every role, started by its command, and
 * what happens when one is stopped or killed in the middle of an image.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { DEFAULT_PATIENCE, type PregenerateVariantInput, WORKFLOW_TYPES } from '../../domain/messages.js';
import { finalKey, variantPrefix } from '../../domain/object-keys.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { entryPoint } from '../../workers/entry-point.js';
import type { Role } from '../../workers/roles/role.js';
import { isHeartbeat, requestFor } from '../support/rendering.js';
import { startTemporal } from '../support/temporal.js';

let environment: TestWorkflowEnvironment;
let folder: string;
let store: ObjectStore;
beforeAll(async () => {
  environment = await startTemporal();
  folder = await mkdtemp(join(tmpdir(), 'pregen-test-'));
  store = openStore(`file:${folder}/store`);
});
afterAll(async () => {
  await environment.teardown();
  await rm(folder, { recursive: true, force: true });
});

/** Starts `main.js` with these arguments; it is killed at the end of the test if it still runs. */
function start(args: string[], more: Record<string, string> = {}): ChildProcess & { said: string } {
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: environment.address,
    TEMPORAL_NAMESPACE: environment.namespace ?? 'default',
    PREGEN_STORE: `file:${folder}/store`,
    PREGEN_SPOOL: `${folder}/spool`,
    PREGEN_THREADS: '1',
    ...more,
  };
  const child = fork(entryPoint(import.meta.url, '../../workers/main.js'), args, {
    env,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const process_ = Object.assign(child, { said: '' });
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      process_.said += text;
    });
  onTestFinished(() => void child.kill('SIGKILL'));
  return process_;
}

/** Starts a role and waits until it says that it is ready. */
async function startRole(role: Role) {
  const child = start([role]);
  const [message]: unknown[] = await Promise.race([once(child, 'message'), once(child, 'close')]);
  expect(message, child.said).toEqual({ type: 'ready', role });
  return child;
}

async function stop(child: ChildProcess): Promise<number | null> {
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  const [code]: (number | null)[] = await closed;
  return code ?? null;
}

const generate = (request: RenditionRequest): Promise<WorkflowHandle> =>
  environment.client.workflow.start(WORKFLOW_TYPES.variant, {
    taskQueue: ORCHESTRATION_QUEUE,
    workflowId: variantWorkflowId(request),
    args: [{ request, replaces: false, patience: DEFAULT_PATIENCE } satisfies PregenerateVariantInput],
  });

/** Resolves when the server has been told that this step is durable. */
async function reached(handle: WorkflowHandle, step: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const [activity] = (await handle.describe()).raw.pendingActivities ?? [];
        const data = activity?.heartbeatDetails?.payloads?.[0]?.data;
        const details: unknown = data ? JSON.parse(Buffer.from(data).toString()) : undefined;
        return isHeartbeat(details) ? details.step : 0;
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThanOrEqual(step);
}

async function objects(request: RenditionRequest): Promise<Map<string, string>> {
  const prefix = variantPrefix(request);
  const found = new Map<string, string>();
  for await (const { key } of store.list(prefix))
    found.set(key.slice(prefix.length), (await store.get(key)).toString('base64'));
  return found;
}

/** Enough steps and pixels for about ten seconds on one core. */
const LONG = { steps: 60, guidance: 3, width: 256, height: 256 };

describe('the worker command', () => {
  it('generates and stores a variant, survives a killed GPU worker mid-image, and changes no byte', async () => {
    const [orchestrator, uploader, first] = await Promise.all([
      startRole('orchestrator'),
      startRole('uploader'),
      startRole('gpu'),
    ]);
    const request = requestFor(1, LONG);
    const interrupted = await generate(request);
    await reached(interrupted, 3);
    const killed = once(first, 'close');
    first.kill('SIGKILL');
    await killed;
    const second = await startRole('gpu');
    expect(await interrupted.result()).toEqual({ status: 'stored', missingSteps: [] });
    const expected = await objects(request);
    expect(expected.size).toBe(62);
    // The same variant of another version of the show, undisturbed.
    const undisturbed = { ...request, version: 'v2' };
    await (await generate(undisturbed)).result();
    const actual = await objects(undisturbed);
    expected.delete('timing.json');
    actual.delete('timing.json');
    expect(actual).toEqual(expected);
    expect(await Promise.all([orchestrator, uploader, second].map(stop))).toEqual([0, 0, 0]);
  });

  it('hands the variant back when it is stopped, and the next worker goes on', async () => {
    const [, , first] = await Promise.all([
      startRole('orchestrator'),
      startRole('uploader'),
      startRole('gpu'),
    ]);
    const request = requestFor(2, LONG);
    const handle = await generate(request);
    await reached(handle, 2);
    expect(await stop(first)).toBe(0);
    await startRole('gpu');
    expect(await handle.result()).toEqual({ status: 'stored', missingSteps: [] });
    expect(await store.head(finalKey(request))).toBeDefined();
  });

  it.each([
    ['no role', [], {}, 2, 'expected one of orchestrator, gpu, uploader, got nothing'],
    ['an unknown role', ['cook'], {}, 2, 'got "cook"'],
    ['a bad variable', ['gpu'], { PREGEN_THREADS: 'many' }, 2, 'PREGEN_THREADS'],
    ['a server that is not there', ['uploader'], { TEMPORAL_ADDRESS: '127.0.0.1:1' }, 1, '127.0.0.1:1'],
    ['a store that is none', ['uploader'], { PREGEN_STORE: 'ftp://x' }, 1, 'PREGEN_STORE'],
  ])('refuses %s in one sentence', async (_what, args, more, code, message) => {
    const child = start(args, more);
    expect(await once(child, 'close')).toEqual([code, null]);
    expect(child.said).toContain(message);
    expect(child.said).not.toMatch(/^\s+at /m);
  });
});
