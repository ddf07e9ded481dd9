import type { Benchmark, Comparison, Scale, Subject } from './frame/benchmark.js';
import { runBare } from './orchestration/bare.js';
import { COST_LABELS } from './orchestration/cost.js';
import {
  type Details,
  IMAGES,
  runHeartbeats,
  withoutPicture,
  withPicture,
} from './orchestration/heartbeats.js';
import { historyOf } from './orchestration/histories.js';
import { runSample, type SampleRun } from './orchestration/sample-run.js';
import { onOwnServer } from './orchestration/server.js';

/** Enough in flight to keep two cores busy, and close to the default of `show start`. */
const WINDOW = 48;
const VARIANTS_PER_CUE = 30;
/** One activity for each of ten previews, beside `denoise`, the final image and the timing. */
const PER_PREVIEW = 13;

const benchmark: Benchmark = {
  question: 'What does orchestrating a variant cost, when generating and storing it costs nothing?',
  comparisons: (scale) => [beside(scale), beating(scale), ...scale.pick([windows()], [])],
};
export default benchmark;

function beside(scale: Scale): Comparison {
  const children = scale.pick(210, 60);
  const bare = (activities: number) => async () => bareSubject(children, activities);
  const show = (program: SampleRun['program']) => async () => showSubject(children, program, WINDOW);
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
      ...scale.pick({ 'child with an activity per preview': bare(PER_PREVIEW) }, {}),
    },
  };
}

function windows(): Comparison {
  const variants = 180;
  const subject = (window: number) => async () => showSubject(variants, 'P4', window);
  return {
    title: `${variants} variants with previews, by window`,
    figures: { wall: COST_LABELS.wall, cpu: COST_LABELS.cpu },
    baseline: '16 in flight',
    repetitions: 1,
    warmUps: 0,
    subjects: Object.fromEntries([4, 16, 32, 64].map((window) => [`${window} in flight`, subject(window)])),
  };
}

function beating(scale: Scale): Comparison {
  const heartbeats = scale.pick(3000, 1000);
  const subject = (details: () => Promise<Details>) => async (): Promise<Subject> => ({
    run: () =>
      onOwnServer(async ({ environment }) => {
        const { server, wall } = await runHeartbeats(environment, await details(), heartbeats);
        return { server, wall };
      }),
  });
  return {
    title: `${heartbeats} heartbeats of ${IMAGES} images in flight, as fast as the server takes them`,
    figures: { server: 'ms of CPU of the server a heartbeat', wall: 'ms a heartbeat' },
    baseline: 'without pictures',
    repetitions: scale.pick(6, 3),
    subjects: {
      'without pictures': subject(withoutPicture),
      'with pictures': subject(withPicture),
    },
  };
}

const bareSubject = (children: number, activities: number): Subject => ({
  run: () =>
    onOwnServer(async ({ environment }) => ({
      ...(await runBare(environment, { children, activities, window: WINDOW })),
    })),
});

const showSubject = (variants: number, program: SampleRun['program'], window: number): Subject => ({
  run: () =>
    onOwnServer(async ({ environment }) => {
      const cues = variants / VARIANTS_PER_CUE;
      const run = { version: 'v1', cues, variants: VARIANTS_PER_CUE, window, program };
      const cost = await runSample(environment, run);
      return { ...cost, ...(await historyOf(environment, { version: 'v1', cueId: 'cue_0', variantId: 1 })) };
    }),
});
