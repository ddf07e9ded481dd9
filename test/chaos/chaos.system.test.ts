/**
 * Shows are generated while processes, network and disk fail, in an order drawn from a seed. In the end every image is stored,
 * and is equal to the byte to that of a run without faults; no durable step was computed again unless its checkpoint had been
 * damaged; the spool is empty; no process is left.
 *
 * `npm test` runs it for a few seconds; `npm run chaos -- --minutes 10 --seed 7` for any length.
 */
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { renditionIdOf } from '../../activities/rendition-id.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { Spool } from '../../storage/spool/spool.js';
import { expectedObjects, writeSmallShow } from '../e2e/small-show.js';
import { imageDigests } from '../e2e/stored.js';
import { useStage } from '../e2e/use-stage.js';
import type { FaultProxy } from '../support/fault-proxy.js';
import { type MemoryOfRole, MemoryWatch } from '../support/resident-memory.js';
import { CHAOS_FAULTS, type ChaosFault, type ChaosScene, mend } from './faults.js';
import { type Strike, schedule } from './schedule.js';
import { SpoolDamage } from './spool-damage.js';
import { countSteps, readStepNotes } from './steps.js';
import { describeOutcome } from './summary.js';

const SECONDS = Number(process.env.CHAOS_SECONDS ?? 15);
/** With the default seed, engine, worker and uploader are stopped or killed, answers are lost and cut, and files are damaged, within seconds. */
const SEED = Number(process.env.CHAOS_SEED ?? 3914);
/** Time after the last fault: timeouts have to run out, and supervisors pause before they restart processes that died often. */
const RECOVERY_MS = 240_000;
/** Share of all steps that may be computed again, damaged checkpoints and journals included. In a run of seconds a single step is more. */
const MOST_RECOMPUTED = 0.02;
/** Shares and growth are checked in runs of at least this length. */
const LONG_RUN_SECONDS = 300;
/** Growth of memory from the first to the second half of a long run that is tolerated, because garbage collection is irregular. */
const MEMORY_MARGIN = { factor: 1.5, bytes: 64 * 2 ** 20 };
/** Large and numerous enough that the device is busy while uploads wait for an unreachable store. */
const SHOW = { size: 192, promptVariants: SECONDS >= 60 ? 40 : 6 };
const OBJECTS = expectedObjects(SHOW.promptVariants);
const VARIANTS = OBJECTS.filter((key) => key.endsWith('final.png')).length;

/** Folder that `preload.mjs` reads and writes. */
const folder = mkdtempSync(join(tmpdir(), 'pregen-chaos-'));
const staged = useStage({
  s3: 'shows',
  // A show continues as new every 24 events, not every 4,096.
  dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 24 },
  env: {
    PREGEN_STEP_TIMEOUT_SECONDS: '3',
    CHAOS_FOLDER: folder,
    NODE_OPTIONS: `--import=${new URL('preload.mjs', import.meta.url).href}`,
  },
});
let scene: ChaosScene;
let memory: MemoryWatch;
const struck: string[] = [];

beforeAll(() => {
  const { stage, proxy } = staged();
  scene = {
    stage,
    proxy,
    damage: new SpoolDamage(stage.stack.spool),
    frozen: new Set(),
    project: '',
    terminated: new Set(),
    spoilDisk: (disk = {}) => writeFile(join(folder, 'disk.json'), JSON.stringify(disk)),
  };
  memory = new MemoryWatch(stage, () => finalsSent(proxy));
});
afterAll(async () => {
  memory.stop();
  await rm(folder, { recursive: true, force: true });
});

it(
  `loses nothing to ${SECONDS} seconds of chaos with seed ${SEED}`,
  async () => {
    const calm = await generate('calm');
    expect(Object.keys(calm).sort()).toEqual(images(OBJECTS));
    // The steps of the shows under chaos, computed once.
    await rm(join(folder, 'steps.jsonl'));
    const startedAt = performance.now();
    const strikes = schedule(CHAOS_FAULTS, SEED);
    const degraded: string[] = [];
    let shows = 0;
    while (performance.now() - startedAt < SECONDS * 1000) {
      const project = `chaos-${++shows}`;
      const over = new AbortController();
      const goesOn = () => !over.signal.aborted && performance.now() - startedAt < SECONDS * 1000;
      const [found] = await Promise.all([
        generate(project, () => over.abort()),
        strikeWhile(goesOn, strikes),
      ]);
      const missing = Object.keys(calm).filter((name) => found[name] === undefined);
      const damaged = missing.filter((name) => scene.damage.previews.has(`${project}/v1/cues/${name}`));
      expect(missing, context()).toEqual(damaged);
      expect({ ...found, ...pick(calm, missing) }, context()).toEqual(calm);
      if (missing.length > 0) degraded.push(...missing.map((name) => `${project}/v1/cues/${name}`));
    }
    expect(struck).not.toEqual([]);
    // Repair generates whole images again, which is intended.
    const notes = await readStepNotes(folder);
    const begunAnew = renditionsOf(scene.terminated);
    const steps = countSteps(notes.filter(({ rendition }) => !begunAnew.has(rendition)));
    for (const project of new Set(degraded.map((key) => key.split('/')[0] ?? ''))) {
      await repair(project);
      expect(await imageDigests(staged().store, { project }), context()).toEqual(calm);
    }
    const outcome = {
      ...{ seed: SEED, seconds: (performance.now() - startedAt) / 1000, shows, variants: shows * VARIANTS },
      ...{ struck, leftOut: degraded.length, steps },
      ...{ memory: memory.report(), spool: await renditionsLeft(), orphans: await orphansOfStage() },
    };
    process.stdout.write(`\n${describeOutcome(outcome)}\n`);
    expect(outcome).toMatchObject({ spool: [], orphans: [] });
    expect(steps.recomputedIn.filter((rendition) => !scene.damage.renditions.has(rendition))).toEqual([]);
    if (SECONDS >= LONG_RUN_SECONDS) {
      expect(steps.recomputed / steps.onePass).toBeLessThanOrEqual(MOST_RECOMPUTED);
      expect(outcome.memory.filter(grows)).toEqual([]);
    }
  },
  SECONDS * 1000 + 3 * RECOVERY_MS,
);

/** Rendition ids of all variants of these projects. */
function renditionsOf(projects: ReadonlySet<string>): Set<string> {
  const names = OBJECTS.filter((key) => key.endsWith('final.png')).map((key) => key.split('/'));
  return new Set(
    [...projects].flatMap((project) =>
      names.map(([cueId = '', variantId]) =>
        renditionIdOf({ project, version: 'v1', cueId, variantId: Number(variantId) }),
      ),
    ),
  );
}

/** Final images that were sent to the store at least once. */
const finalsSent = ({ requests }: FaultProxy): number =>
  new Set(requests.events.filter((request) => /^PUT .*final\.png$/.test(request))).size;

const context = (): string => `seed ${SEED}, after: ${struck.join(', ')}`;

/** Causes one fault after the other, each for some time. */
async function strikeWhile(goesOn: () => boolean, strikes: Generator<Strike<ChaosFault>>): Promise<void> {
  while (goesOn()) {
    const { value } = strikes.next();
    const { fault, pauseMs, mends, random }: Strike<ChaosFault> = value;
    struck.push(fault.name);
    await fault.strike(scene, random);
    await pause(pauseMs);
    if (mends) await mend(scene);
  }
  await mend(scene);
}

/** Generates the show in a project of its own (seeds depend on the version only, so images are the same); resolves to the digest of every stored image. */
async function generate(project: string, onEnd: () => void = () => {}): Promise<Record<string, string>> {
  scene.project = project;
  try {
    const file = await writeSmallShow(join(staged().stage.folder, project), { project, ...SHOW });
    const start = async () => (await staged().stage.ask('show', 'start', file)).code;
    await expect.poll(start, { timeout: RECOVERY_MS, interval: 500 }).toBe(0);
    await ended(project, start);
  } finally {
    onEnd();
  }
  return imageDigests(staged().store, { project });
}

/** Repairs degraded variants as an operator does. */
async function repair(project: string): Promise<void> {
  const file = join(staged().stage.folder, project, 'show.yaml');
  expect((await staged().stage.ask('show', 'audit', file, '--repair')).stdout).toMatch(
    /it generates \d+ again/,
  );
  await ended(project);
  expect(await staged().stage.ask('show', 'audit', file, '--deep')).toMatchObject({ code: 0 });
}

/** @param again starts the show once more if a fault has terminated it */
async function ended(project: string, again: () => Promise<unknown> = async () => {}): Promise<void> {
  const handle = staged().stage.client.workflow.getHandle(showWorkflowId({ project, version: 'v1' }));
  const status = () =>
    handle.describe().then(
      async ({ status }) => {
        if (status.name === 'TERMINATED') await again();
        return status.name;
      },
      () => 'unreachable',
    );
  const timeout = SECONDS * 1000 + RECOVERY_MS;
  await expect.poll(status, { timeout, interval: 500 }).toBe('COMPLETED');
}

const images = (keys: readonly string[]): string[] => keys.filter((key) => key.endsWith('.png')).sort();

const pick = (from: Readonly<Record<string, string>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));

async function renditionsLeft(): Promise<string[]> {
  return (await Spool.open(staged().stage.stack.spool, { budgetBytes: 1 })).renditions();
}

/** Ends the stage; resolves to the processes that are left. An engine checks twice a second whether its worker runs. */
async function orphansOfStage(): Promise<number[]> {
  await memory.look();
  memory.stop();
  await staged().stage.close();
  const nobodyLeft = () => memory.seen.running().length === 0;
  await vi.waitUntil(nobodyLeft, { timeout: 10_000, interval: 100 }).catch(() => undefined);
  return memory.seen.running();
}

/** Except the Temporal server, which is not part of this project and keeps histories in memory. */
const grows = ({ role, mostByHalf: [first, second] }: MemoryOfRole): boolean =>
  role !== 'temporal' && second > first * MEMORY_MARGIN.factor + MEMORY_MARGIN.bytes;
