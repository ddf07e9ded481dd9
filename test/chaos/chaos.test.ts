/**
 * Shows are generated while everything that can break is broken, in an order drawn from a seed. In the end every image
 * is stored and is, to the byte, that of a calm run; the spool is empty; no process is left.
 *
 * `npm test` runs it for a few seconds; `npm run chaos -- --minutes 10 --seed 7` for as long as wanted.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { Spool } from '../../storage/spool/spool.js';
import { expectedObjects, writeSmallShow } from '../e2e/small-show.js';
import { type Stage, setStage } from '../e2e/stage.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { childrenOf, isRunning } from '../support/process-table.js';
import { type S3TestServer, startVersitygw } from '../support/versitygw.js';
import { CHAOS_FAULTS, type ChaosScene, mend, seededRandom } from './faults.js';

const SECONDS = Number(process.env.CHAOS_SECONDS ?? 15);
const SEED = Number(process.env.CHAOS_SEED ?? 1);
/** Between two faults: some strike while the one before is being healed, some after. In milliseconds. */
const LEAST_PAUSE_MS = 500;
const MOST_PAUSE_MS = 6_000;
/** After the last fault: timeouts run out, supervisors lose their patience with processes that died often. */
const RECOVERY_MS = 240_000;

let s3: S3TestServer;
let stage: Stage;
let beside: ObjectStore;
let scene: ChaosScene;
const pids = new Set<number>();

beforeAll(async () => {
  s3 = await startVersitygw();
  await s3.createBucket('shows');
  const proxy = await FaultProxy.before(s3.endpoint);
  stage = await setStage({
    store: proxy.through(s3.storeUrl('shows')),
    env: { ...s3.env, PREGEN_STEP_TIMEOUT_SECONDS: '3' },
  });
  beside = openStore(s3.storeUrl('shows'), s3.env);
  scene = { stage, proxy, random: seededRandom(SEED) };
});
afterAll(async () => {
  beside.close();
  await scene.proxy.refuse();
  await s3.stop();
});

it(
  `loses nothing to ${SECONDS} seconds of chaos with seed ${SEED}`,
  async () => {
    const calm = await generate('calm');
    expect(Object.keys(calm).sort()).toEqual(images(expectedObjects()));
    const deadline = performance.now() + SECONDS * 1000;
    const struck: string[] = [];
    for (let show = 1; performance.now() < deadline; show++) {
      const over = new AbortController();
      const strike = async () => {
        while (performance.now() < deadline && !over.signal.aborted) struck.push(await strikeOnce());
        await mend(scene);
      };
      const [stored] = await Promise.all([generate(`chaos-${show}`, () => over.abort()), strike()]);
      expect(stored, `seed ${SEED}, after: ${struck.join(', ')}`).toEqual(calm);
    }
    expect(struck).not.toEqual([]);
    const spool = await Spool.open(stage.stack.spool, { budgetBytes: 1 });
    expect(await spool.renditions()).toEqual([]);
    await notePids();
    await stage.close();
    expect([...pids].filter(isRunning)).toEqual([]);
  },
  SECONDS * 1000 + 2 * RECOVERY_MS,
);

/** One fault, and a while in which it lasts. */
async function strikeOnce(): Promise<string> {
  const { random } = scene;
  const fault = CHAOS_FAULTS[Math.floor(random() * CHAOS_FAULTS.length)] ?? CHAOS_FAULTS[0];
  const pauseMs = LEAST_PAUSE_MS + random() * (MOST_PAUSE_MS - LEAST_PAUSE_MS);
  await notePids();
  await fault?.strike(scene);
  await pause(pauseMs);
  if (random() < 0.7) await mend(scene);
  return fault?.name ?? '';
}

/** Generates the show in a project of its own (seeds follow from the version, so images are the same); gives the digest of every image that is stored then. */
async function generate(project: string, onEnd: () => void = () => {}): Promise<Record<string, string>> {
  try {
    const file = await writeSmallShow(join(stage.folder, project), { project, size: 128 });
    const start = async () => (await stage.pregen('show', 'start', file)).code;
    await expect.poll(start, { timeout: RECOVERY_MS, interval: 500 }).toBe(0);
    const handle = stage.client.workflow.getHandle(showWorkflowId({ project, version: 'v1' }));
    const status = () =>
      handle.describe().then(
        ({ status }) => status.name,
        () => 'unreachable',
      );
    const timeout = SECONDS * 1000 + RECOVERY_MS;
    await expect.poll(status, { timeout, interval: 500 }).toBe('COMPLETED');
  } finally {
    onEnd();
  }
  return digests(`${project}/v1/cues/`);
}

async function digests(prefix: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key } of beside.list(prefix)) {
    const name = key.slice(prefix.length);
    if (!name.endsWith('.png')) continue;
    found[name] = createHash('sha256')
      .update(await beside.get(key))
      .digest('hex');
  }
  return found;
}

const images = (keys: readonly string[]): string[] => keys.filter((key) => key.endsWith('.png')).sort();

async function notePids(): Promise<void> {
  for (const role of ['temporal', 'gpu', 'uploader', 'orchestrator']) {
    const pid = await stage.pidOf(role);
    for (const known of [pid, ...childrenOf(pid)]) pids.add(known);
  }
}
