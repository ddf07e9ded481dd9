/**
 * A whole show through the product's own workflows, with activities that do nothing: plan, workflows, search attributes and
 * details are real; images and store are not.
 */
import { heartbeat } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { ShowWorkflow } from '../../../domain/messages.js';
import { createRig, type Rig } from '../../workflows/rig.js';
import { sampleRendition } from '../../workflows/samples.js';
import { startSampleShow } from '../../workflows/start-show.js';
import { type Cost, costOf } from './cost.js';
import { memoryStore } from './memory-store.js';

export interface SampleRun {
  /** Names the show, on its server. */
  readonly version: string;
  readonly cues: number;
  readonly variants: number;
  readonly window: number;
  /** P0 has no previews; in `exhibition`, nine of ten cues have none, as in the exhibition's show. */
  readonly program: 'P0' | 'P4' | 'exhibition';
}

export type ShowHandle = WorkflowHandle<ShowWorkflow>;

/** Runs the show to its end, with `watch` at the same time; throws unless every variant is stored. */
export async function runSample(
  environment: TestWorkflowEnvironment,
  { version, cues, variants, window, program }: SampleRun,
  watch: (show: ShowHandle) => Promise<unknown> = async () => {},
): Promise<Cost> {
  let cost: Cost | undefined;
  await withIdleMachine(environment, async (rig) => {
    cost = await costOf(cues * variants, async () => {
      const programs = program === 'exhibition' ? exhibitionProgram : () => program;
      const show = await startSampleShow(rig, version, { cues, variants, window, program: programs });
      const [{ stored }] = await Promise.all([show.result(), watch(show)]);
      if (stored !== cues * variants) throw new Error(`only ${stored} of ${cues * variants} were stored`);
    });
  });
  if (cost === undefined) throw new Error('nothing was measured');
  return cost;
}

/** Runs `work` while an orchestrator and a machine that finishes every image at once are running. */
export async function withIdleMachine(
  environment: TestWorkflowEnvironment,
  work: (rig: Rig) => Promise<void>,
): Promise<void> {
  const rig = { ...createRig(environment, memoryStore()), env: {} };
  await rig.withMachine({ denoise: async (request) => rendition(request) }, () => work(rig));
}

/** One heartbeat, as for an image that is done within a second. */
function rendition(request: Parameters<typeof sampleRendition>[0]) {
  heartbeat({ phase: 'denoising', step: 1, of: request.settings.steps });
  return sampleRendition(request);
}

const exhibitionProgram = (cue: number): 'P0' | 'P4' => (cue % 10 === 9 ? 'P4' : 'P0');
