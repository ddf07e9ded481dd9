/**
 * The doctor with real servers: one with all settings, one without any, and without a server.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GPU_QUEUE, ORCHESTRATION_QUEUE, spoolQueue } from '../../domain/task-queues.js';
import { listWorkflowIds } from '../support/list-workflow-ids.js';
import { pregen, startPregen } from '../support/pregen.js';
import { DEMO_MODEL } from '../support/rendering.js';
import { show, writeShow } from '../support/show-folder.js';
import { quiet, startTemporal } from '../support/temporal.js';
import { TEMPORAL_CLI } from '../support/temporal-cli.js';
import { workflowBundle } from '../support/workflow-bundle.js';

/** Runs the doctor; resolves to its findings by the name of the check. */
async function examine(cwd: string, address: string, env: Record<string, string> = {}) {
  const args = ['doctor', 'show.yaml', '--json'];
  const { code, stdout, stderr } = await pregen(args, { cwd, env: { TEMPORAL_ADDRESS: address, ...env } });
  expect(stderr).toBe('');
  const { healthy, findings } = JSON.parse(stdout);
  const found: Record<string, { status: string; message: string; remedy?: string }> = Object.fromEntries(
    findings.map(({ check, ...finding }: { check: string }) => [check, finding]),
  );
  const statuses = Object.fromEntries(Object.entries(found).map(([check, { status }]) => [check, status]));
  return { code, healthy, found, statuses };
}

const listing = async (folder: string) => (await readdir(folder, { recursive: true })).sort();

/** With several partitions the order of tasks is random. */
const ONE_PARTITION = ['matching.numTaskqueueReadPartitions=1', 'matching.numTaskqueueWritePartitions=1'];

/** A server without this project's search attributes and dynamic configuration. */
async function startBareServer(): Promise<TestWorkflowEnvironment> {
  quiet();
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: TEMPORAL_CLI },
      log: { format: 'pretty', level: 'error' },
      extraArgs: ONE_PARTITION.flatMap((setting) => ['--dynamic-config-value', setting]),
    },
  });
}

/** Workers that poll the queue of each role until the test ends. */
async function startRoles({ nativeConnection }: TestWorkflowEnvironment, spoolId: string): Promise<void> {
  const idle = { activities: { idle: async () => {} } };
  const roles: WorkerOptions[] = [
    { taskQueue: ORCHESTRATION_QUEUE, workflowBundle },
    { taskQueue: GPU_QUEUE, ...idle },
    { taskQueue: spoolQueue(spoolId), ...idle },
  ];
  for (const role of roles) {
    const worker = await Worker.create({ connection: nativeConnection, ...role });
    const running = worker.run();
    onTestFinished(async () => {
      worker.shutdown();
      await running;
    });
  }
}

async function spoolIn(cwd: string, spoolId: string): Promise<void> {
  await mkdir(join(cwd, 'pregen-spool'));
  await writeFile(join(cwd, 'pregen-spool', 'spool-id'), `${spoolId}\n`);
}

describe('pregen doctor', () => {
  it('finds no problem if everything is set up, and leaves nothing behind', async () => {
    const temporal = await startTemporal('matching.enableFairness=true', ...ONE_PARTITION);
    onTestFinished(() => temporal.teardown());
    await startRoles(temporal, '0123456789ab');
    const cwd = await writeShow();
    await spoolIn(cwd, '0123456789ab');
    const { address } = temporal.connection.options;
    const { code, healthy, found } = await examine(cwd, address, { PREGEN_SPOOL_BUDGET_GIB: '0.001' });
    const notOk = Object.entries(found).filter(([, { status }]) => status !== 'ok');
    // Without the check of the Node version, which depends on the machine.
    expect(notOk.filter(([check]) => check !== 'Node')).toEqual([]);
    expect({ code, healthy }).toEqual({ code: 0, healthy: true });
    expect(found.priority?.message).toMatch(/^honoured: 4 urgent .* at places 1, 2, 3, 4;/);
    expect(found.fairness?.message).toBe('honoured');
    expect(await readdir(cwd)).not.toContain('pregen-output');
    expect(found['queue pregen-gpu']?.message).toMatch(/^1 gpu worker polls it, the last time \d+ s ago$/);
    // Neither running nor ended: the probes are deleted.
    const probes = () => listWorkflowIds(temporal.client, 'WorkflowType = "PregenDoctorProbe"');
    await expect.poll(probes).toEqual([]);
  });

  it('starts nothing on the server with --no-probe', async () => {
    const temporal = await startTemporal();
    onTestFinished(() => temporal.teardown());
    const env = { TEMPORAL_ADDRESS: String(temporal.connection.options.address) };
    const { stdout } = await pregen(['doctor', '--no-probe'], { cwd: await writeShow(), env });
    expect(stdout).toMatch(/^skipped priority, fairness, clock: not tried out/m);
    const { count } = await temporal.client.workflow.count();
    expect(count).toBe(0);
  });

  it('names everything that a bare server lacks, each with its remedy', async () => {
    const temporal = await startBareServer();
    onTestFinished(() => temporal.teardown());
    const cwd = await writeShow({ show: { ...show, models: { tiny: { path: 'elsewhere' } } } });
    const { address } = temporal.connection.options;
    const { code, found, statuses } = await examine(cwd, address, { PREGEN_SPOOL_BUDGET_GIB: '100000000' });
    expect(code).toBe(1);
    expect(statuses).toEqual({
      Node: expect.stringMatching(/^(ok|warning)$/),
      server: 'ok',
      namespace: 'ok',
      'search attributes': 'problem',
      'queue pregen': 'problem',
      'queue pregen-gpu': 'problem',
      'queue spool-*': 'skipped',
      priority: 'warning',
      fairness: 'ok',
      clock: 'ok',
      store: 'ok',
      spool: 'warning',
      'model tiny': 'warning',
    });
    expect(found['search attributes']?.remedy).toContain('pregen setup');
    expect(found['queue pregen-gpu']?.remedy).toContain('pregen worker --role gpu');
    expect(found.priority?.message).toMatch(/^silently ignored: 4 urgent .* at places 41, 42, 43, 44;/);
    for (const key of ['useNewMatcher=true', 'ReadPartitions=1', 'WritePartitions=1'])
      expect(found.priority?.remedy).toContain(key);
    expect(found.fairness?.message).toMatch(/^silently ignored/);
  });

  it('is not needed to learn that no worker polls: commands that wait say so', async () => {
    const temporal = await startTemporal(...ONE_PARTITION);
    onTestFinished(() => temporal.teardown());
    const env = { TEMPORAL_ADDRESS: String(temporal.connection.options.address) };
    const waiting = startPregen(['show', 'start', 'show.yaml', '--wait'], { cwd: await writeShow(), env });
    await waiting.said.untilMatch(/^No orchestrator worker polls for work: start one with/);
    await waiting.said.untilMatch(/^No gpu worker polls for work: start one with "pregen worker --role gpu"/);
    waiting.stop();
    await waiting.ended;
    const choice = ['take', 'choose', 'show.yaml', 'prompt_1_00_00_10', '1', '7'];
    const choosing = startPregen(choice, { cwd: await writeShow(), env });
    await choosing.said.untilMatch(/^No orchestrator worker polls for work: start one with/);
    choosing.stop();
    await choosing.ended;
  });

  it('works without a server, and names the problems of store, spool and show', async () => {
    const cwd = await writeShow({ files: { 'model/transformer/model.onnx': null } });
    const { code, found, statuses } = await examine(cwd, '127.0.0.1:1', {
      PREGEN_STORE: 'file:./show.yaml/inside-a-file',
    });
    expect(code).toBe(1);
    expect(statuses).toEqual({
      Node: expect.stringMatching(/^(ok|warning)$/),
      server: 'problem',
      store: 'problem',
      spool: expect.any(String),
      show: 'problem',
    });
    expect(found.server?.message).toContain('Temporal does not answer at 127.0.0.1:1');
    expect(found.show?.message).toMatch(/the model lacks .*transformer\/model\.onnx/);
    expect(found.store?.remedy).toMatch(/\.$/);
  });

  it('loads the models on request, and finds one that only looks complete', async () => {
    const models = { tiny: { path: 'model' }, demo: { path: DEMO_MODEL } };
    const cwd = await writeShow({ show: { ...show, models } });
    const args = ['doctor', 'show.yaml', '--load'];
    const { stdout } = await pregen(args, { cwd, env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    expect(stdout).toMatch(/^PROBLEM model tiny: .*model/m);
    expect(stdout).toMatch(/^ok {6}model demo: loads on cpu: StableDiffusion3Pipeline with Flow/m);
  });

  it('removes folders that it has created, and leaves existing ones', async () => {
    const cwd = await writeShow();
    await mkdir(join(cwd, 'there'));
    const before = await listing(cwd);
    for (const PREGEN_STORE of ['', 'file:./a/b', 'file:./there', 'file:./there/c']) {
      const { statuses } = await examine(cwd, '127.0.0.1:1', { PREGEN_STORE });
      expect(statuses.store).toBe('ok');
      expect(await listing(cwd)).toEqual(before);
    }
  });

  it('prints the remedy below each finding', async () => {
    const cwd = await writeShow();
    const { code, stdout } = await pregen(['doctor'], { cwd, env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    expect(stdout).toMatch(/^PROBLEM server: Temporal does not answer .*\n {8}\S/m);
    expect(stdout).toContain('\nok      store: file:');
    expect(stdout).toContain('\nskipped models: name a show file');
    expect(code).toBe(1);
  });
});
