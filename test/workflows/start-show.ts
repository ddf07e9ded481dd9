/** Puts the bundle of a sample show into the store and starts it. */
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { Priority } from '@temporalio/common';
import { type PregenerateShowInput, type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import { bundleKey, type ShowBundle } from '../../domain/show-bundle.js';
import { showStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import type { Rig } from './rig.js';
import { RETRY_LIMITS, type SampleProgram, sampleCues, sampleShow } from './samples.js';

export interface SampleShow extends Partial<PregenerateShowInput> {
  readonly cues?: number | undefined;
  readonly variants?: number | undefined;
  readonly program?: SampleProgram | ((cue: number) => SampleProgram) | undefined;
  readonly priority?: Priority;
  /** Of the model of P4, if it has one of its own. */
  readonly queue?: string | undefined;
}

export async function startSampleShow(
  rig: Rig,
  version: string,
  { cues, variants, program, priority, ...input }: SampleShow = {},
): Promise<WorkflowHandleWithFirstExecutionRunId<ShowWorkflow>> {
  const bundleKey = await storeSampleBundle(rig, version, { cues, variants, program });
  return rig.client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
    ...showStartOptions({ project: 'test', version }),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ project: 'test', version, bundleKey, window: 4, patience: RETRY_LIMITS, ...input }],
    memo: { bundleKey },
    ...(priority === undefined ? {} : { priority }),
  });
}

/** Stores the bundle of a sample show; returns its key. */
export async function storeSampleBundle(
  { store }: Pick<Rig, 'store'>,
  version: string,
  {
    cues = 6,
    variants = 3,
    program = 'P0',
    queue,
  }: Pick<SampleShow, 'cues' | 'variants' | 'program' | 'queue'>,
): Promise<string> {
  const show = sampleShow(version, variants, queue);
  const bundle: ShowBundle = {
    show,
    cues: sampleCues(cues, program),
    showDirectory: '/show',
    images: {},
    families: {},
  };
  const key = bundleKey(show, `sample-${cues}-${variants}`);
  await store.put(key, Buffer.from(JSON.stringify(bundle)), { contentType: JSON_CONTENT_TYPE });
  return key;
}
