/**
 * The worker processes as people run them, with a real Temporal server: every role is started by its command, and stopped or
 * killed in the middle of an image.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { renditionIdOf } from '../../activities/rendition-id.js';
import { type PregenerateVariantInput, WORKFLOW_TYPES } from '../../domain/messages.js';
import { variantPrefix } from '../../domain/object-keys.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { DEFAULT_RETRY_LIMITS } from '../../domain/retry-limits.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import { entryPoint } from '../../package/entry-point.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { Spool } from '../../storage/spool/spool.js';
import type { Role } from '../../workers/roles/role.js';
import { requestFor } from '../support/rendering.js';
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
    PREGEN_LOG: 'text',
    ...more,
  };
  const child = fork(entryPoint(import.meta.url, '../../workers/main.js'), args, {
    env,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const watched = Object.assign(child, { said: '' });
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      watched.said += text;
    });
  onTestFinished(() => void child.kill('SIGKILL'));
  return watched;
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
    args: [{ request, replaces: false, patience: DEFAULT_RETRY_LIMITS } satisfies PregenerateVariantInput],
  });

/** Resolves when this many steps are durable on the spool. */
async function reached(request: RenditionRequest, steps: number): Promise<void> {
  const spool = await Spool.open(`${folder}/spool`, { budgetBytes: 2 ** 30 });
  const done = async () => (await spool.findRendition(renditionIdOf(request)))?.steps.length ?? 0;
  await expect.poll(done, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(steps);
}

async function objects(request: RenditionRequest): Promise<Map<string, string>> {
  const prefix = variantPrefix(request);
  const found = new Map<string, string>();
  for await (const { key } of store.list(prefix))
    found.set(key.slice(prefix.length), (await store.get(key)).toString('base64'));
  return found;
}

describe('the worker command', () => {
  it('generates and stores a variant whose GPU worker is stopped, then killed mid-image, and changes no byte', async () => {
    const [orchestrator, uploader, stopped] = await Promise.all([
      startRole('orchestrator'),
      startRole('uploader'),
      startRole('gpu'),
    ]);
    // Far more steps than the engine may be ahead of the spool.
    const request = requestFor(1, { steps: 60, guidance: 3, width: 256, height: 256 });
    const interrupted = await generate(request);
    await reached(request, 2);
    expect(await stop(stopped)).toBe(0);
    const killed = await startRole('gpu');
    await reached(request, 25);
    const gone = once(killed, 'close');
    killed.kill('SIGKILL');
    await gone;
    const last = await startRole('gpu');
    expect(await interrupted.result()).toEqual({ status: 'stored', missingSteps: [] });
    const actual = await objects(request);
    expect(actual.size).toBe(62);
    // The same variant of another version of the show, without faults.
    const undisturbed = { ...request, version: 'v2' };
    await (await generate(undisturbed)).result();
    const expected = await objects(undisturbed);
    expected.delete('timing.json');
    actual.delete('timing.json');
    expect(actual).toEqual(expected);
    expect(await Promise.all([orchestrator, uploader, last].map(stop))).toEqual([0, 0, 0]);
  });

  it.each([
    ['no role', [], {}, 2, 'expected one of orchestrator, gpu, uploader, got nothing'],
    ['an unknown role', ['cook'], {}, 2, 'got "cook"'],
    ['a bad variable', ['gpu'], { PREGEN_THREADS: 'many' }, 2, 'PREGEN_THREADS'],
    ['an address that is none', ['uploader'], { TEMPORAL_ADDRESS: 'not an address' }, 1, 'TEMPORAL_ADDRESS'],
    ['a bad address for health', ['uploader'], { PREGEN_HEALTH: 'here' }, 2, 'PREGEN_HEALTH'],
    ['a store that is none', ['uploader'], { PREGEN_STORE: 'ftp://x' }, 1, 'PREGEN_STORE'],
  ])('refuses %s in one sentence', async (_what, args, more, code, message) => {
    const child = start(args, more);
    expect(await once(child, 'close')).toEqual([code, null]);
    expect(child.said).toContain(message);
    expect(child.said).not.toMatch(/^\s+at /m);
  });
});
