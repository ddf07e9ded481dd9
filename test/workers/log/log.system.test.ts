/** The log of worker processes as a machine reads it: every line is an event, whoever says it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type VariantWorkflow, WORKFLOW_TYPES } from '../../../domain/messages.js';
import { DEFAULT_RETRY_LIMITS } from '../../../domain/retry-limits.js';
import { variantStartOptions } from '../../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../../domain/task-queues.js';
import { entryPoint } from '../../../package/entry-point.js';
import { ROLES } from '../../../workers/roles/role.js';
import { DEMO_MODEL, requestFor } from '../../support/rendering.js';
import { temporaryFolder } from '../../support/temp-folder.js';
import { startTemporal } from '../../support/temporal.js';

type Line = Readonly<Record<string, unknown>>;

/** A worker's log, line by line; a line that is no JSON object is kept as `notJson`. */
function start(role: string, env: Readonly<Record<string, string>>): { child: ChildProcess; lines: Line[] } {
  const child = fork(entryPoint(import.meta.url, '../../../workers/main.js'), [role], {
    env: { ...process.env, PREGEN_THREADS: '1', PREGEN_MACHINE_PAUSE_SECONDS: '1', ...env },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: Line[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts.map(readLine));
    });
  }
  return { child, lines };
}

function readLine(text: string): Line {
  try {
    return JSON.parse(text);
  } catch {
    return { notJson: text };
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
}

it('is JSON throughout: workers, SDK, native core, engine; and says whose image failed, and why', async () => {
  const server = await startTemporal();
  const folder = await temporaryFolder();
  const env = {
    TEMPORAL_ADDRESS: server.address,
    PREGEN_STORE: `file:${folder}/store`,
    PREGEN_SPOOL: `${folder}/spool`,
  };
  const workers = ROLES.map((role) => start(role, env));
  for (const { lines } of workers)
    await expect
      .poll(() => lines.map(({ message }) => message))
      .toContainEqual(expect.stringMatching(/^ready: /));
  // ONNX Runtime itself complains of a graph that is cut short.
  const model = join(folder, 'model');
  await cp(DEMO_MODEL, model, { recursive: true });
  await writeFile(join(model, 'vae_decoder', 'model.onnx'), 'no graph');
  const request = requestFor(3, { model: { ...requestFor(3).settings.model, path: model } });
  const handle = await server.client.workflow.start<VariantWorkflow>(WORKFLOW_TYPES.variant, {
    ...variantStartOptions(request),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ request, replaces: false, patience: DEFAULT_RETRY_LIMITS }],
  });
  const ofGpu = workers[ROLES.indexOf('gpu')]?.lines ?? [];
  await expect
    .poll(() => ofGpu.find(({ message }) => message === 'Activity failed'))
    .toMatchObject({
      ...{ level: 'warn', role: 'gpu', host: expect.any(String), time: expect.stringMatching(/^2.*Z$/) },
      ...{ show: 'test/v1', cue: request.cueId, variant: 3, activityType: 'denoise' },
      error: { message: expect.stringMatching(/vae_decoder/), stack: expect.any(String) },
    });
  await handle.terminate();
  // The native core says that it has lost its server.
  await server.teardown();
  for (const { lines } of workers)
    await expect.poll(() => lines.map(({ sdkComponent }) => sdkComponent)).toContain('core');
  await Promise.all(workers.map(({ child }) => stop(child)));
  expect(workers.flatMap(({ lines }) => lines.filter(({ notJson }) => notJson !== undefined))).toEqual([]);
  const routine = workers
    .flatMap(({ lines }) => lines)
    .filter(({ message }) => /No .* registered/.test(String(message)));
  expect(routine).toEqual([]);
});
