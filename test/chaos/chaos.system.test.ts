/**
 * Shows are generated while everything that can break is broken, in an order drawn from a seed. In the end every image
 * is stored and is, to the byte, that of a calm run; no step that was durable was computed again but where its
 * checkpoint had been damaged; the spool is empty; no process is left.
 *
 * `npm test` runs it for a few seconds; `npm run chaos -- --minutes 10 --seed 7` for as long as wanted.
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
/** The default: engine, worker and uploader are stopped or killed, answers are lost and cut, files are damaged, all in seconds. */
const SEED = Number(process.env.CHAOS_SEED ?? 3914);
/** After the last fault: timeouts run out, supervisors lose their patience with processes that died often. */
const RECOVERY_MS = 240_000;
/** Of one pass, damaged checkpoints and journals included; in a run of seconds a single step is more. */
const MOST_RECOMPUTED = 0.02;
/** Runs shorter than this say nothing about shares and growth. */
const LONG_RUN_SECONDS = 300;
/** What the second half of a long run may need beyond the first half: garbage collectors are no clockwork. */
const MEMORY_MARGIN = { factor: 1.5, bytes: 64 * 2 ** 20 };
/** Large and many enough that the device has something to do while uploads wait for a store that is away. */
const SHOW = { size: 192, promptVariants: SECONDS >= 60 ? 40 : 6 };
const OBJECTS = expectedObjects(SHOW.promptVariants);
const VARIANTS = OBJECTS.filter((key) => key.endsWith('final.png')).length;

/** What `preload.mjs` reads and writes. */
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
    // One pass is that of the shows under chaos.
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
    // Repairing computes whole images again, on purpose.
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

/** Of all variants of these projects. */
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

/** One fault after the other, each for a while. */
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

/** Generates the show in a project of its own (seeds follow from the version, so images are the same); gives the digest of every image that is stored then. */
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

/** What an operator does about degraded variants. */
async function repair(project: string): Promise<void> {
  const file = join(staged().stage.folder, project, 'show.yaml');
  expect((await staged().stage.ask('show', 'audit', file, '--repair')).stdout).toMatch(
    /it generates \d+ again/,
  );
  await ended(project);
  expect(await staged().stage.ask('show', 'audit', file, '--deep')).toMatchObject({ code: 0 });
}

/** @param again starts the show, should somebody have terminated it */
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

/** Ends the stage; gives the processes that do not follow it. An engine looks for its worker twice a second. */
async function orphansOfStage(): Promise<number[]> {
  await memory.look();
  memory.stop();
  await staged().stage.close();
  const nobodyLeft = () => memory.seen.running().length === 0;
  await vi.waitUntil(nobodyLeft, { timeout: 10_000, interval: 100 }).catch(() => undefined);
  return memory.seen.running();
}

/** The server is not ours, and keeps histories in memory. */
const grows = ({ role, mostByHalf: [first, second] }: MemoryOfRole): boolean =>
  role !== 'temporal' && second > first * MEMORY_MARGIN.factor + MEMORY_MARGIN.bytes;
