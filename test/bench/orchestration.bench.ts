import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Benchmark, Comparison, Scale, Subject } from './frame/benchmark.js';
import { bareSubject, startBareWorkers } from './orchestration/bare.js';
import { COST_LABELS } from './orchestration/cost.js';
import { historyOf } from './orchestration/histories.js';
import { runSample, type SampleRun } from './orchestration/sample-run.js';
import { startServer } from './orchestration/server.js';

/** Enough in flight to keep two cores busy, and what `show start` takes by default is of the same order. */
const WINDOW = 48;
const VARIANTS_PER_CUE = 30;
/** One activity for each of ten previews, beside `denoise`, the final image and the timing. */
const PER_PREVIEW = 13;

const benchmark: Benchmark = {
  question: 'What does orchestrating a variant cost, when generating and storing it costs nothing?',
  comparisons: (scale) => [beside(scale), windows(scale)],
};
export default benchmark;

/** Everything on one server, and its database grows for all alike. */
function beside(scale: Scale): Comparison {
  const children = scale.pick(210, 60);
  const onServer = sharedServer();
  const bare = (activities: number) =>
    onServer(async (environment) => bareSubject(environment, { children, activities, window: WINDOW }));
  const show = (program: SampleRun['program']) =>
    onServer(async (environment) => showSubject(environment, children / VARIANTS_PER_CUE, program, WINDOW));
  return {
    title: `${children} variants, ${WINDOW} in flight; a Temporal dev server on a database file`,
    figures: { ...COST_LABELS, events: 'events in its history', bytes: 'bytes in its history' },
    baseline: 'child with one activity',
    repetitions: scale.pick(3, 1),
    subjects: {
      'bare child': bare(0),
      'child with one activity': bare(1),
      'child with two activities': bare(2),
      'variant without previews (P0)': show('P0'),
      'child with four activities': bare(4),
      'variant with previews (P1+)': show('P4'),
      'child with an activity per preview': bare(PER_PREVIEW),
    },
  };
}

function windows(scale: Scale): Comparison {
  const cues = scale.pick(6, 2);
  const sizes = scale.pick([4, 16, 32, 64], [16, 64]);
  const onServer = sharedServer();
  const subject = (window: number) =>
    onServer(async (environment) => showSubject(environment, cues, 'P4', window));
  return {
    title: `${cues * VARIANTS_PER_CUE} variants with previews, by window`,
    figures: { wall: COST_LABELS.wall, cpu: COST_LABELS.cpu },
    baseline: '16 in flight',
    repetitions: 1,
    warmUps: 0,
    subjects: Object.fromEntries(sizes.map((window) => [`${window} in flight`, subject(window)])),
  };
}

/** One server, with workers for bare children, for all subjects of a comparison: the last to close stops it. */
function sharedServer() {
  let users = 0;
  let opened: ReturnType<typeof openServer> | undefined;
  return (makeSubject: (environment: TestWorkflowEnvironment) => Promise<Subject>) =>
    async (): Promise<Subject> => {
      users += 1;
      opened ??= openServer();
      const { environment, close } = await opened;
      const subject = await makeSubject(environment);
      const leave = async () => {
        users -= 1;
        if (users === 0) await close();
      };
      return { ...subject, close: leave };
    };
}

async function openServer() {
  const { environment, close } = await startServer();
  const stopWorkers = await startBareWorkers(environment);
  return { environment, close: () => stopWorkers().then(close) };
}

let shows = 0;

function showSubject(
  environment: TestWorkflowEnvironment,
  cues: number,
  program: SampleRun['program'],
  window: number,
): Subject {
  return {
    async run() {
      const version = `v${shows++}`;
      const run = { version, cues, variants: VARIANTS_PER_CUE, window, program };
      const cost = await runSample(environment, run);
      return { ...cost, ...(await historyOf(environment, { version, cueId: 'cue_0', variantId: 1 })) };
    },
  };
}
