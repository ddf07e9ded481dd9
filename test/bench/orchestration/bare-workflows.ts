/**
 * The least that orchestration costs: child workflows that do nothing, or run activities that do nothing, without search
 * attributes, details and heartbeats. The product's workflows are compared with these.
 */
import { condition, executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';

export const BARE_ACTIVITIES_QUEUE = 'bare-activities';

export interface BareActivities {
  nothing(): Promise<void>;
  /** Is completed from outside, by its task token. */
  pending(): Promise<void>;
}

export interface BareShow {
  readonly children: number;
  readonly window: number;
  readonly activities: number;
}

const { nothing, pending } = proxyActivities<BareActivities>({
  taskQueue: BARE_ACTIVITIES_QUEUE,
  startToCloseTimeout: '10 min',
});

/** Runs its children a window at a time, as a cue runs its variants. */
export async function BareParent({ children, window, activities }: BareShow): Promise<void> {
  let running = 0;
  for (let index = 0; index < children; index++) {
    await condition(() => running < window);
    running += 1;
    const workflowId = `${workflowInfo().workflowId}/${index}`;
    void executeChild(BareChild, { workflowId, args: [activities] }).finally(() => {
      running -= 1;
    });
  }
  await condition(() => running === 0);
}

/** Runs activities one after the other. */
export async function BareChild(activities: number): Promise<void> {
  for (let index = 0; index < activities; index++) await nothing();
}

/** An image in flight, for its heartbeats. */
export const BareImage = (): Promise<void> => pending();
