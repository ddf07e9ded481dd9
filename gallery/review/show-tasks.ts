/**
 * What the show bundle in the store asks for, cue by cue. Read leniently, like its facts: of a bundle that cannot be planned (any more),
 * nothing is asked for.
 */
import { DEFAULT_PATIENCE, type Patience } from '../../domain/patience.js';
import type { ShowBundle } from '../../domain/show-bundle.js';
import { type CueTask, planCues } from '../../domain/show-plan.js';

export interface ShowTasks {
  /** In the order of the sheet. */
  readonly tasks: readonly CueTask[];
  readonly byCue: ReadonlyMap<string, CueTask>;
  readonly patience: Patience;
}

export const NO_TASKS: ShowTasks = { tasks: [], byCue: new Map(), patience: DEFAULT_PATIENCE };

export function readShowTasks(json: string): ShowTasks {
  try {
    const bundle = JSON.parse(json) as ShowBundle;
    const tasks = planCues(bundle.show, bundle.cues, bundle);
    return {
      tasks,
      byCue: new Map(tasks.map((task) => [task.cueId, task])),
      patience: bundle.show.patience ?? DEFAULT_PATIENCE,
    };
  } catch {
    return NO_TASKS;
  }
}
