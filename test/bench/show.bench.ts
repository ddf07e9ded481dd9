import { join } from 'node:path';
import { pregenProcess } from '../support/pregen.js';
import { continueAsNewAfter } from '../workflows/rig.js';
import { REMOTE_STORE_MS } from './engine/remote-store.js';
import type { Benchmark, Subject } from './frame/benchmark.js';
import { DECODE_MS, STEP_MS } from './show/device-model.js';
import { deviceTimes } from './show/idle-time.js';
import { type SampleShow, writeSampleShow } from './show/sample-show.js';
import { type BenchStage, type StageOptions, setBenchStage } from './show/stage.js';

/** Instead of many small cues, one cue with so many variants, on a server with its default limit for continue-as-new. */
const VARIANTS = process.env.BENCH_VARIANTS;
const EVENTS_SUGGESTED = 4_096;

const benchmark: Benchmark = {
  question: 'Is the device ever kept waiting, through cue changes and roll-overs of histories?',
  comparisons(scale) {
    const small = scale.pick(
      { transcripts: 4, prompts: 8, variants: 4, eventsPerExecution: 50 },
      { transcripts: 1, prompts: 3, variants: 2, eventsPerExecution: 30 },
    );
    const sample =
      VARIANTS === undefined
        ? small
        : { transcripts: 0, prompts: 1, variants: Number(VARIANTS), eventsPerExecution: EVENTS_SUGGESTED };
    const images = (sample.transcripts + sample.prompts) * sample.variants;
    return [
      {
        title: `${images} images of ${sample.transcripts} cues without previews and ${sample.prompts} with; steps ${STEP_MS} ms, decoding ${DECODE_MS} ms, without CPU`,
        figures: {
          busy: '% of the time the device is busy',
          wall: 'wall / device time',
          betweenSteps: 'ms idle an image: between steps',
          nextInHand: 'ms idle an image: next one in hand',
          nextTask: 'ms idle an image: waiting for a task',
          cueChange: 'ms idle an image: waiting, cue change',
          rollOver: 'ms idle an image: waiting, roll-over',
          wokeLate: 'ms idle an image: stand-in woke late',
          stored: 's from the last image to the show’s end',
        },
        repetitions: 1,
        warmUps: 0,
        subjects: {
          'store: folder': () => showSubject(sample, {}),
          [`store: S3, ${REMOTE_STORE_MS} ms away`]: () => showSubject(sample, { storeMs: REMOTE_STORE_MS }),
        },
      },
    ];
  },
};
export default benchmark;

interface Sample extends SampleShow {
  /** Few enough for the sample to continue as new several times, as a whole show does, but more than one of its cues needs. */
  readonly eventsPerExecution: number;
}

async function showSubject(sample: Sample, options: StageOptions): Promise<Subject> {
  const seen: string[] = [];
  return {
    async run() {
      const stage = await setBenchStage({
        ...options,
        dynamicConfig: [continueAsNewAfter(sample.eventsPerExecution)],
      });
      try {
        const show = await writeSampleShow(join(stage.folder, 'show'), sample);
        const { code, stderr } = await pregenProcess(['show', 'start', show, '--wait'], {
          cwd: stage.folder,
          env: stage.variables,
        });
        if (code !== 0) throw new Error(`the show failed: ${stderr}`);
        const executions = await executionsOf(stage);
        seen.push(`${executions.length} executions of the show`);
        return figuresOf(stage, executions);
      } finally {
        await stage.close();
      }
    },
    notes: () => seen.slice(-1),
  };
}

interface Execution {
  readonly startMs: number;
  readonly endMs: number;
}

async function executionsOf({ environment }: BenchStage): Promise<Execution[]> {
  const executions: Execution[] = [];
  for await (const run of environment.client.workflow.list({ query: 'WorkflowType = "PregenerateShow"' }))
    executions.push({ startMs: run.startTime.getTime(), endMs: run.closeTime?.getTime() ?? Date.now() });
  return executions.sort((a, b) => a.startMs - b.startMs);
}

/** For so long after its start, an idle device is attributed to the new execution. */
const SETTLING_MS = 500;

function figuresOf(stage: BenchStage, executions: readonly Execution[]): Record<string, number> {
  const rollOvers = executions.slice(1).map(({ startMs }) => ({ startMs, endMs: startMs + SETTLING_MS }));
  const { images, deviceMs, wallMs, idle, lastMs } = deviceTimes(stage.deviceLog, rollOvers);
  const each = Object.entries(idle).map(([cause, ms]) => [cause, ms / images]);
  return {
    busy: (100 * (deviceMs + idle.wokeLate)) / wallMs,
    wall: wallMs / deviceMs,
    ...Object.fromEntries(each),
    stored: ((executions.at(-1)?.endMs ?? 0) - lastMs) / 1000,
  };
}
