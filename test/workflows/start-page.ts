/** Starts a page without a show. */
import type { WorkflowHandle } from '@temporalio/client';
import {
  type PageOrders,
  type PageWorkflow,
  type PregeneratePageInput,
  WORKFLOW_TYPES,
} from '../../domain/messages.js';
import { JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import type { PlanPage } from '../../domain/plan-pages.js';
import { planPageKey } from '../../domain/show-bundle.js';
import { planCues } from '../../domain/show-plan.js';
import { pageStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import type { Rig } from './rig.js';
import { RETRY_LIMITS, type SampleProgram, sampleCues, sampleShow } from './samples.js';

export const ORDERS: PageOrders = { revision: 0, window: 2, stop: false, pausedCues: [], cancelled: [] };

export interface SamplePage extends Partial<PregeneratePageInput> {
  readonly cues?: number;
  readonly variants?: number;
  readonly window?: number;
  readonly program?: SampleProgram;
  /** Ids of variants that are generated even if they are stored. */
  readonly replace?: readonly number[];
}

export interface StartedPage {
  readonly handle: WorkflowHandle<PageWorkflow>;
  /** The workflow of one of its variants. */
  child(variantId: number, cueId?: string): WorkflowHandle;
}

/** Starts a page with all variants of its cues. */
export async function startSamplePage(
  { client, store }: Rig,
  version: string,
  { cues = 1, variants = 6, window = 2, program = 'P4', replace = [], ...input }: SamplePage = {},
): Promise<StartedPage> {
  const show = sampleShow(version, variants);
  const tasks = planCues(show, sampleCues(cues, program), { showDirectory: '/show', images: {} });
  const variantIds = Array.from({ length: variants }, (_, index) => index + 1);
  const page: PlanPage = { cues: tasks.map((task) => ({ task, variantIds, replace })) };
  const body = Buffer.from(JSON.stringify(page));
  await store.put(planPageKey(show, 'sample', 0), body, { contentType: JSON_CONTENT_TYPE });
  const address = { project: 'test', version, planId: 'sample', page: 0 };
  const orders = { ...ORDERS, window };
  const handle = await client.workflow.start<PageWorkflow>(WORKFLOW_TYPES.page, {
    ...pageStartOptions(show, { workflowId: `pregen/test/${version}/page`, page: 0, of: 1 }),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ ...address, orders, patience: RETRY_LIMITS, showRunId: 'a-run', ...input }],
  });
  const child = (variantId: number, cueId = 'cue_0') =>
    client.workflow.getHandle(variantWorkflowId({ project: 'test', version, cueId, variantId }));
  return { handle, child };
}
