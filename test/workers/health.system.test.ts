/**
 * What a worker process says of itself over HTTP, from before there is a server: it waits for it, works when it is there, and says which
 * part fails and why.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { msToTs } from '@temporalio/common/lib/time.js';
import { expect, it, onTestFinished } from 'vitest';
import type { PartHealth } from '../../domain/health.js';
import { entryPoint } from '../../package/entry-point.js';
import { ROLES } from '../../workers/roles/role.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { freePort } from '../support/s3-server.js';
import { temporaryFolder } from '../support/temp-folder.js';
import { startTemporalAt } from '../support/temporal.js';
import { startVersitygw } from '../support/versitygw.js';

interface Answer {
  readonly status: number;
  readonly ready?: boolean;
  readonly role?: string;
  readonly parts?: readonly PartHealth[];
}

class WorkerProcess {
  said = '';

  private constructor(
    readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  static async start(role: string, env: Readonly<Record<string, string>>): Promise<WorkerProcess> {
    const port = await freePort();
    const child = fork(entryPoint(import.meta.url, '../../workers/main.js'), [role], {
      env: { ...process.env, PREGEN_THREADS: '1', PREGEN_HEALTH: `127.0.0.1:${port}`, ...env },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const started = new WorkerProcess(child, port);
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        started.said += text;
      });
    onTestFinished(() => void child.kill('SIGKILL'));
    return started;
  }

  async ask(path: string): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`).catch(() => undefined);
    if (response === undefined) return { status: 0 };
    const body = (await response.json()) as Omit<Answer, 'status'>;
    return { status: response.status, ...body };
  }

  /** The reason that `/readyz` gives for a part that fails. */
  async reason(part: string): Promise<string | undefined> {
    const { parts = [] } = await this.ask('/readyz');
    return parts.find((one) => one.part === part && one.state === 'failing')?.reason;
  }

  async stop(): Promise<unknown> {
    const closed = once(this.child, 'close');
    this.child.kill('SIGTERM');
    return (await closed)[0];
  }
}

it('waits for a server that is not up yet, is ready when it is, and says so for each role', async () => {
  const folder = await temporaryFolder();
  const port = await freePort();
  const env = {
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    PREGEN_STORE: `file:${folder}/store`,
    PREGEN_SPOOL: `${folder}/spool`,
  };
  const workers = await Promise.all(ROLES.map((role) => WorkerProcess.start(role, env)));
  for (const worker of workers) {
    await expect.poll(() => worker.reason('server')).toMatch(/Cannot reach the Temporal server at 127/);
    expect(await worker.ask('/livez')).toMatchObject({ status: 200, alive: true });
    expect(await worker.ask('/readyz')).toMatchObject({ status: 503, ready: false });
    expect(await worker.ask('/other')).toMatchObject({ status: 404 });
    expect(worker.said).toMatch(/Cannot reach the Temporal server .* It is tried again in/);
  }
  const server = await startTemporalAt(port);
  onTestFinished(() => server.teardown());
  for (const [n, worker] of workers.entries()) {
    await expect
      .poll(() => worker.ask('/readyz'))
      .toMatchObject({ status: 200, ready: true, role: ROLES[n] });
    expect(await worker.stop()).toBe(0);
  }
});

it('ends at once while it waits for a server', async () => {
  const worker = await WorkerProcess.start('orchestrator', { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  await expect.poll(() => worker.reason('server')).toBeDefined();
  expect(await worker.stop()).toBe(0);
});

it('says what fails, as long as it does: the namespace, the store, the spool', async () => {
  const folder = await temporaryFolder();
  const s3 = await startVersitygw();
  const proxy = await FaultProxy.before(s3.endpoint);
  onTestFinished(async () => {
    await proxy.refuse();
    await s3.stop();
  });
  await s3.createBucket('health');
  proxy.order(() => ({ status: 403, code: 'AccessDenied' }));
  const port = await freePort();
  const server = await startTemporalAt(port);
  onTestFinished(() => server.teardown());
  const worker = await WorkerProcess.start('uploader', {
    TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
    TEMPORAL_NAMESPACE: 'later',
    PREGEN_STORE: proxy.through(s3.storeUrl('health')),
    PREGEN_SPOOL: join(folder, 'spool'),
    ...s3.env,
  });
  await expect.poll(() => worker.reason('server')).toMatch(/has no namespace "later"\. Create it/);
  await server.connection.workflowService.registerNamespace({
    namespace: 'later',
    workflowExecutionRetentionPeriod: msToTs('1 day'),
  });
  await expect.poll(() => worker.reason('store')).toMatch(/may not do this.*Give them read/);
  expect(await worker.ask('/readyz')).toMatchObject({ status: 503 });
  proxy.order();
  await expect.poll(() => worker.ask('/readyz')).toMatchObject({ status: 200 });
  expect(worker.said).toContain('The store works again.');
  await rename(join(folder, 'spool'), join(folder, 'gone'));
  await expect.poll(() => worker.reason('spool')).toMatch(/no such file/);
});
