import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Benchmark, Comparison, Subject } from './frame/benchmark.js';
import { COST_LABELS } from './orchestration/cost.js';
import { eventsPerExecution } from './orchestration/histories.js';
import { HUGE_PLAN_LABELS, runHugePlan } from './orchestration/huge-plan.js';
import { runSample, type SampleRun, type ShowHandle } from './orchestration/sample-run.js';
import { type BenchServer, onOwnServer, serverCost } from './orchestration/server.js';

const WINDOW = 48;
const VARIANTS_PER_CUE = 50;
const LOOK_EVERY_MS = 2_000;

/** How many variants a show has; the environment may ask for larger ones, which take an hour. */
const SIZES = process.env.BENCH_VARIANTS?.split(',').map(Number);

const benchmark: Benchmark = {
  question: 'Does a variant cost more, in time or memory, the larger its show is?',
  comparisons: (scale) => [
    growth(SIZES ?? scale.pick([1_000, 3_850], [100, 200])),
    hugePlan(scale.pick(1_000_000, 100_000), scale.pick(2_000, 100)),
  ],
};
export default benchmark;

function hugePlan(variants: number, run: number): Comparison {
  const plan = { cues: variants / VARIANTS_PER_CUE, variants: VARIANTS_PER_CUE, window: WINDOW, run };
  return {
    title: `a show of ${variants} variants is planned, and its first ${run} are run`,
    figures: HUGE_PLAN_LABELS,
    repetitions: 1,
    warmUps: 0,
    subjects: {
      'as planned': async () => ({
        run: () => onOwnServer(({ environment }) => runHugePlan(environment, plan)),
      }),
    },
  };
}

function growth(sizes: readonly number[]): Comparison {
  const [least = 0] = sizes;
  return {
    title: `shows of the exhibition's shape, ${WINDOW} in flight, ${VARIANTS_PER_CUE} variants a cue`,
    figures: {
      ...COST_LABELS,
      workerMb: 'MB resident at most, workers',
      serverMb: 'MB resident at most, server',
      databaseKb: 'kB in the server’s database a variant',
      pages: 'pending pages at most',
      executions: 'executions of the show',
      events: 'events in one of them at most',
    },
    baseline: `${least} variants`,
    repetitions: 1,
    warmUps: 0,
    subjects: Object.fromEntries(sizes.map((size) => [`${size} variants`, async () => grown(size)])),
  };
}

const grown = (variants: number): Subject => ({
  run: () =>
    onOwnServer((server) =>
      figuresOf(server, {
        version: 'v1',
        cues: Math.ceil(variants / VARIANTS_PER_CUE),
        variants: VARIANTS_PER_CUE,
        window: WINDOW,
        program: 'exhibition',
      }),
    ),
});

async function figuresOf({ environment, databaseFile }: BenchServer, run: SampleRun) {
  const peaks = { workerMb: 0, serverMb: 0, pages: 0 };
  let events: number[] = [];
  const cost = await runSample(environment, run, async (show) => {
    await watch(environment, show, peaks);
    events = await eventsPerExecution(environment, show);
  });
  const database = await stat(databaseFile);
  return {
    ...cost,
    ...peaks,
    databaseKb: database.size / 1000 / (run.cues * run.variants),
    executions: events.length,
    events: Math.max(...events),
  };
}

/** Samples until the show has ended; resolves to the largest values. */
async function watch(
  { client }: TestWorkflowEnvironment,
  { workflowId }: ShowHandle,
  peaks: { workerMb: number; serverMb: number; pages: number },
): Promise<void> {
  for (;;) {
    const { raw, status } = await client.workflow.getHandle(workflowId).describe();
    peaks.pages = Math.max(peaks.pages, raw.pendingChildren?.length ?? 0);
    peaks.workerMb = Math.max(peaks.workerMb, process.memoryUsage().rss / 1e6);
    peaks.serverMb = Math.max(peaks.serverMb, serverCost().rssBytes / 1e6);
    if (status.name !== 'RUNNING') return;
    await sleep(LOOK_EVERY_MS);
  }
}
