/**
 * A show that is too large to be run here: it is planned completely, its first pages are run, and it is cancelled. It measures whether
 * the plan or finished variants stay in memory.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { showProgressQuery } from '../../../domain/messages.js';
import type { ShowProgress } from '../../../domain/progress.js';
import { startSampleShow } from '../../workflows/start-show.js';
import { type SampleRun, type ShowHandle, withIdleMachine } from './sample-run.js';

const LOOK_EVERY_MS = 200;

export interface HugePlan extends Pick<SampleRun, 'cues' | 'variants' | 'window'> {
  /** How many variants are run before the show is cancelled. */
  readonly run: number;
}

export const HUGE_PLAN_LABELS = {
  plannedS: 's until planned',
  plannedMb: 'MB resident when planned, workers',
  quarterMb: '  after a quarter of those that are run',
  halfMb: '  after half of them',
  allMb: '  after all of them',
} as const;

/** Plans and begins the show; throws if the plan does not have the expected size. */
export async function runHugePlan(
  environment: TestWorkflowEnvironment,
  { cues, variants, window, run }: HugePlan,
): Promise<Record<keyof typeof HUGE_PLAN_LABELS, number>> {
  const residentMb: number[] = [];
  let plannedS = 0;
  await withIdleMachine(environment, async (rig) => {
    const startMs = performance.now();
    const show = await startSampleShow(rig, 'huge', { cues, variants, window });
    const { planned } = await until(show, ({ phase }) => phase !== 'planning');
    if (planned !== cues * variants) throw new Error(`${planned} variants were planned`);
    plannedS = (performance.now() - startMs) / 1000;
    for (const share of [0, 1 / 4, 1 / 2, 1]) {
      await until(show, ({ stored }) => stored >= run * share);
      residentMb.push(process.memoryUsage().rss / 1e6);
    }
    await show.cancel();
    await show.result().catch(() => undefined);
  });
  const [plannedMb = 0, quarterMb = 0, halfMb = 0, allMb = 0] = residentMb;
  return { plannedS, plannedMb, quarterMb, halfMb, allMb };
}

async function until(show: ShowHandle, isReached: (progress: ShowProgress) => boolean) {
  for (;;) {
    const progress = await show.query(showProgressQuery);
    if (isReached(progress)) return progress;
    await sleep(LOOK_EVERY_MS);
  }
}
