/** Puts the bundle of a sample show into the store and starts it. */
import type { WorkflowHandle } from '@temporalio/client';
import { type PregenerateShowInput, type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import { bundleKey, type ShowBundle } from '../../domain/show-bundle.js';
import { showStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import type { Rig } from './rig.js';
import { PATIENCE, sampleCues, sampleShow } from './samples.js';

export interface SampleShow extends Partial<PregenerateShowInput> {
  readonly cues?: number;
  readonly variants?: number;
  readonly program?: 'P0' | 'P4';
}

export async function startSampleShow(
  { client, store }: Rig,
  version: string,
  { cues = 6, variants = 3, program = 'P0', ...input }: SampleShow = {},
): Promise<WorkflowHandle<ShowWorkflow>> {
  const show = sampleShow(version, variants);
  const bundle: ShowBundle = {
    show,
    cues: sampleCues(cues, program),
    showDirectory: '/show',
    images: {},
    families: {},
  };
  const key = bundleKey(show, 'sample');
  await store.put(key, Buffer.from(JSON.stringify(bundle)), { contentType: JSON_CONTENT_TYPE });
  return client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
    ...showStartOptions(show),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ project: 'test', version, bundleKey: key, window: 4, patience: PATIENCE, ...input }],
  });
}
