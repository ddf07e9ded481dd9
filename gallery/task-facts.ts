/**
 * The cues of a show file on this machine, as the gallery's index has them.
 */
import { type KnownModels, plannedIterations } from '../domain/iterations.js';
import type { CueTask } from '../domain/show-plan.js';
import type { CueFacts } from './show-index.js';

/** Cue facts by cue id. */
export function factsOfTasks(tasks: readonly CueTask[], models: KnownModels): Map<string, CueFacts> {
  return new Map(tasks.map((task) => [task.cueId, factsOfTask(task, models)]));
}

function factsOfTask({ index, action, variants, settings }: CueTask, models: KnownModels): CueFacts {
  const { program, prompt, previews, model } = settings;
  const facts = { index, action, program, prompt, previews, planned: variants };
  const isKnown = models.families[model.name] !== undefined;
  return isKnown ? { ...facts, iterations: plannedIterations(models, settings) } : facts;
}
