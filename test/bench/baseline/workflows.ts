/**
 * What orchestration could cost at least: children that do nothing, or order activities that do nothing, with none of
 * what makes a variant visible and durable. Benchmarks only; the product's workflows are compared with these.
 */
import {
  condition,
  executeChild,
  proxyActivities,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { PREGEN_STATUS } from '../../../domain/search-attributes.js';

export interface BaselineInput {
  readonly children: number;
  readonly window: number;
  readonly activities: number;
  readonly queue: string;
  readonly upserts?: number;
}

/** Runs its children a window at a time, as a cue runs its variants. */
export async function BaselineParent({ children, window, ...child }: BaselineInput): Promise<void> {
  let running = 0;
  for (let index = 0; index < children; index++) {
    await condition(() => running < window);
    running += 1;
    const workflowId = `${workflowInfo().workflowId}/${index}`;
    void executeChild(BaselineChild, { workflowId, args: [child] }).finally(() => {
      running -= 1;
    });
  }
  await condition(() => running === 0);
}

/** Orders its activities one after the other. */
export async function BaselineChild({
  activities,
  queue,
  upserts = 0,
}: Omit<BaselineInput, 'children' | 'window'>): Promise<void> {
  const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({
    taskQueue: queue,
    startToCloseTimeout: '1 min',
  });
  for (let index = 0; index < activities; index++) {
    await nothing();
    if (index < upserts) upsertSearchAttributes([{ key: PREGEN_STATUS, value: 'denoising' }]);
  }
}
