/**
 * What a show file on this machine says of each cue, in the words of the gallery.
 */
import { denoisingIterations, type ModelFamily } from '../../domain/iterations.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { CueFacts } from './show-index.js';

/** Cue facts by cue id. */
export function factsOfTasks(
  tasks: readonly CueTask[],
  families: Readonly<Record<string, ModelFamily>>,
): Map<string, CueFacts> {
  return new Map(tasks.map((task) => [task.cueId, factsOfTask(task, families[task.settings.model.name])]));
}

function factsOfTask(
  { index, action, variants, settings }: CueTask,
  family: ModelFamily | undefined,
): CueFacts {
  const { program, prompt, previews, steps, strength } = settings;
  const facts = { index, action, program, prompt, previews, planned: variants };
  return family === undefined
    ? facts
    : { ...facts, iterations: denoisingIterations(family, steps, strength) };
}
