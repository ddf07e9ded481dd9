/**
 * The tasks of a show, planned from its bundle in the store. Read leniently, like the facts: a bundle that cannot be planned (any more)
 * has no tasks.
 */
import { DEFAULT_RETRY_LIMITS, type RetryLimits } from '../../domain/retry-limits.js';
import type { ShowBundle } from '../../domain/show-bundle.js';
import { type CueTask, planCues } from '../../domain/show-plan.js';

export interface ShowTasks {
  /** In the order of the sheet. */
  readonly tasks: readonly CueTask[];
  readonly byCue: ReadonlyMap<string, CueTask>;
  readonly patience: RetryLimits;
}

export const NO_TASKS: ShowTasks = { tasks: [], byCue: new Map(), patience: DEFAULT_RETRY_LIMITS };

/** Throws if the bundle cannot be planned. */
export function tasksOfBundle(bundle: ShowBundle): ShowTasks {
  const tasks = planCues(bundle.show, bundle.cues, bundle);
  return {
    tasks,
    byCue: new Map(tasks.map((task) => [task.cueId, task])),
    patience: bundle.show.patience ?? DEFAULT_RETRY_LIMITS,
  };
}

export function readShowTasks(json: string): ShowTasks {
  try {
    return tasksOfBundle(JSON.parse(json) as ShowBundle);
  } catch {
    return NO_TASKS;
  }
}
