import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { heartbeat } from '@temporalio/activity';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { it } from 'vitest';
import { ORCHESTRATOR_OPTIONS } from '../../workers/roles/orchestrator.js';
import { serverCost, startServer } from './server-process.js';

it('tries', { timeout: 0 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-bench-'));
  const environment = await startServer(folder);
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./baseline/workflows.ts', import.meta.url)),
  });
  const orch = await Worker.create({
    ...ORCHESTRATOR_OPTIONS,
    connection: environment.nativeConnection,
    taskQueue: 'base',
    workflowBundle: { code },
  });
  const act = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'acts',
    activities: { nothing: async () => {} },
    maxConcurrentActivityTaskExecutions: 100,
  });
  const beat = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'beats',
    activities: {
      nothing: async () => {
        heartbeat({ a: 1 });
        await new Promise((r) => setTimeout(r, 20));
      },
    },
    maxConcurrentActivityTaskExecutions: 100,
  });
  const running = [orch.run(), act.run(), beat.run()];
  const measure = async (name: string, input: object, n = 300) => {
    const before = { cpu: process.cpuUsage(), s: serverCost().cpuSeconds, t: performance.now() };
    await environment.client.workflow.execute('BaselineParent', {
      workflowId: `p-${name}-${Math.random()}`,
      taskQueue: 'base',
      args: [{ children: n, window: 32, queue: 'acts', ...input }],
    });
    const cpu = process.cpuUsage(before.cpu);
    const w = (cpu.user + cpu.system) / 1000 / n,
      s = ((serverCost().cpuSeconds - before.s) * 1000) / n;
    console.log(
      `${name}: worker ${w.toFixed(1)} server ${s.toFixed(1)} sum ${(w + s).toFixed(1)} wall ${((performance.now() - before.t) / n).toFixed(1)}`,
    );
  };
  await measure('warm', { activities: 1 });
  for (let i = 0; i < 2; i++) {
    await measure('bare', { activities: 0 });
    await measure('one', { activities: 1 });
    await measure('one+upsert', { activities: 1, upserts: 1 });
    await measure('one beating', { activities: 1, queue: 'beats' });
    await measure('two', { activities: 2 });
    await measure('two+2upserts', { activities: 2, upserts: 2 });
    await measure('four', { activities: 4 });
  }
  orch.shutdown();
  act.shutdown();
  beat.shutdown();
  await Promise.all(running);
  await environment.teardown();
  await rm(folder, { recursive: true, force: true });
});
