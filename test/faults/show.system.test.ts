/**
 * A whole show on the development stack, with an S3 server behind a proxy: the store is unreachable for longer than the limit
 * for previews, the Temporal server is killed, the show is started twice and cancelled. What is promised is stored, nothing is
 * left running, and the store's credentials are written nowhere.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { showWorkflowId, variantWorkflowId } from '../../domain/workflow-ids.js';
import { Spool } from '../../storage/spool/spool.js';
import { CUE_IDS, expectedObjects, writeSmallShow } from '../e2e/small-show.js';
import { storedKeys } from '../e2e/stored.js';
import { useStage } from '../e2e/use-stage.js';
import { listWorkflowIds } from '../support/list-workflow-ids.js';
import { childrenOf, isRunning } from '../support/process-table.js';

const scene = useStage({ s3: 'shows/live' });

/** A show of its own version, so that each test generates it anew. */
const writeShow = (version: string, previewUploadSeconds = 600) =>
  writeSmallShow(join(scene().stage.folder, version), {
    version,
    patience: { previewUploadSeconds },
  });

const start = async (file: string) => {
  const { code, stdout, stderr } = await scene().stage.ask('show', 'start', file, '--json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

/** Resolves with the show's result when its workflow has ended; the server may die meanwhile. */
async function ended(version: string) {
  const status = async () => {
    try {
      const handle = scene().stage.client.workflow.getHandle(showWorkflowId({ project: 'small', version }));
      return (await handle.describe()).status.name;
    } catch {
      return 'unreachable';
    }
  };
  await expect.poll(status, { timeout: 110_000, interval: 500 }).toMatch(/COMPLETED|CANCELLED/);
}

const keysOf = (version: string) => storedKeys(scene().store, { version });

/** Resolves when so many matching requests have reached the proxy. */
const seen = (pattern: RegExp, times = 1) =>
  expect
    .poll(() => scene().proxy.requests.events.filter((request) => pattern.test(request)).length, {
      timeout: 110_000,
    })
    .toBeGreaterThanOrEqual(times);

const runningUnder = async (workflowId: string): Promise<string[]> =>
  (await listWorkflowIds(scene().stage.client, 'ExecutionStatus = "Running"')).filter((id) =>
    id.startsWith(workflowId),
  );

const prompt = (version: string) =>
  variantWorkflowId({ project: 'small', version, cueId: CUE_IDS.prompt, variantId: 1 });

describe('a show', { timeout: 120_000 }, () => {
  it('whose store is unreachable for longer than the limit for previews stores every final image', async () => {
    const file = await writeShow('outage', 3);
    scene().proxy.order(({ method, key }) =>
      method === 'PUT' && key.includes('/cues/') ? { status: 503, code: 'SlowDown' } : undefined,
    );
    await start(file);
    const gaveUp = async () => {
      const { events } = await scene().stage.client.workflow.getHandle(prompt('outage')).fetchHistory();
      return (events ?? []).some(
        ({ activityTaskTimedOutEventAttributes: timedOut, activityTaskFailedEventAttributes: failed }) =>
          timedOut ?? failed,
      );
    };
    await expect.poll(() => gaveUp().catch(() => false), { timeout: 110_000 }).toBe(true);
    expect(await keysOf('outage')).toEqual([]);
    scene().proxy.order();
    await ended('outage');
    const keys = await keysOf('outage');
    const needed = expectedObjects().filter((key) => /(final\.png|timing\.json)$/.test(key));
    expect(keys).toEqual(expect.arrayContaining(needed));
    for (const timing of keys.filter((key) => key.endsWith('timing.json'))) {
      const { stepDurations } = JSON.parse(String(await scene().store.get(`small/outage/cues/${timing}`)));
      const named = Object.keys(stepDurations).map((name) => timing.replace('timing.json', `${name}.png`));
      expect(keys).toEqual(expect.arrayContaining(named));
    }
    const { stdout } = await scene().stage.ask('show', 'status', file, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ failed: 0 });
  });

  it('whose Temporal server is killed in the middle is completed, with every object stored', async () => {
    const file = await writeShow('server');
    await start(file);
    await seen(/^PUT .*\/server\/cues\//);
    const server = await scene().stage.pidOf('temporal');
    process.kill(server, 'SIGKILL');
    await ended('server');
    expect(await scene().stage.pidOf('temporal')).not.toBe(server);
    expect(await keysOf('server')).toEqual(expectedObjects());
  });

  it('that is started twice runs once', async () => {
    const file = await writeShow('twice');
    const both = await Promise.all([start(file), start(file)]);
    expect(both.map(({ alreadyRunning }) => alreadyRunning).sort()).toEqual([false, true]);
    await ended('twice');
    expect(await keysOf('twice')).toEqual(expectedObjects());
    const finals = scene().proxy.requests.events.filter((request) =>
      /^PUT .*\/twice\/.*final\.png$/.test(request),
    );
    expect(finals).toHaveLength(new Set(finals).size);
  });

  it('that is terminated in the Web UI leaves nothing running, nothing on the spool and no half variant in the store', async () => {
    const file = await writeShow('terminated');
    scene().proxy.order(({ method, key }) =>
      method === 'PUT' && key.endsWith('/timing.json') ? { status: 503, code: 'SlowDown' } : undefined,
    );
    await start(file);
    await seen(/^PUT .*\/terminated\/.*timing\.json/);
    const showId = showWorkflowId({ project: 'small', version: 'terminated' });
    await scene().stage.client.workflow.getHandle(showId).terminate();
    const left = async () => {
      const spool = await Spool.open(scene().stage.stack.spool, { budgetBytes: 1 });
      return [...(await runningUnder(showId)), ...(await spool.renditions())];
    };
    await expect.poll(left, { timeout: 110_000 }).toEqual([]);
    scene().proxy.order();
    expect((await keysOf('terminated')).filter((key) => key.endsWith('timing.json'))).toEqual([]);
    await start(file);
    await ended('terminated');
    expect(await keysOf('terminated')).toEqual(expectedObjects());
  });

  it('that is cancelled stops, and leaves no half variant in the store and nothing in the spool', async () => {
    const file = await writeShow('cancelled');
    scene().proxy.order(({ method, key }) =>
      method === 'PUT' && key.endsWith('/timing.json') ? { status: 503, code: 'SlowDown' } : undefined,
    );
    await start(file);
    await seen(/^PUT .*\/cancelled\/.*timing\.json/);
    expect(await scene().stage.ask('show', 'cancel', file)).toMatchObject({ code: 0 });
    await ended('cancelled');
    scene().proxy.order();
    expect((await keysOf('cancelled')).filter((key) => key.endsWith('timing.json'))).toEqual([]);
    const spool = await Spool.open(scene().stage.stack.spool, { budgetBytes: 1 });
    expect(await spool.renditions()).toEqual([]);
  });
});

describe('the credentials of the store', () => {
  it('are in no log, history, heartbeat or error after all these faults', async () => {
    const { AWS_SECRET_ACCESS_KEY: secret } = scene().s3.env;
    const wrong = await scene().stage.ask('gallery', 'export', '/dev/null/nowhere');
    const files = await filesBelow(join(scene().stage.folder, 'dev'));
    expect(files.some((file) => file.endsWith('.log'))).toBe(true);
    // The server's database holds every history and every heartbeat.
    expect(files.some((file) => /\.(db|sqlite)(-wal)?$/.test(file))).toBe(true);
    for (const file of [...files, ...(await filesBelow(scene().stage.stack.spool))])
      expect((await readFile(file)).includes(secret), file).toBe(false);
    expect(wrong.stdout + wrong.stderr).not.toContain(secret);
  });
});

describe('the stack', () => {
  it('ends an engine that is stopped when its worker is killed', async () => {
    const gpu = await scene().stage.pidOf('gpu');
    const [engine = Number.NaN] = childrenOf(gpu);
    process.kill(engine, 'SIGSTOP');
    process.kill(gpu, 'SIGKILL');
    await expect.poll(() => isRunning(engine), { timeout: 60_000 }).toBe(false);
    await expect.poll(() => scene().stage.pidOf('gpu'), { timeout: 60_000 }).not.toBe(gpu);
  });

  it('ends with every process that it started', async () => {
    const roles = ['temporal', 'gpu', 'uploader', 'orchestrator'];
    const pids = await Promise.all(roles.map((role) => scene().stage.pidOf(role)));
    const all = pids.flatMap((pid) => [pid, ...childrenOf(pid)]);
    expect(all.length).toBeGreaterThan(roles.length);
    await scene().stage.close();
    expect(all.filter(isRunning)).toEqual([]);
  });
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
