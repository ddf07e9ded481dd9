/**
 * The cue and the variant that were named on the command line, or a refusal that names what there is.
 */

import { InvalidInputError } from '../../domain/problems.js';
import type { CueTask } from '../../domain/show-plan.js';
import { someOf } from '../../domain/some-of.js';
import type { LoadedShow } from './load-show.js';

/** The cue with this id. Throws an InvalidInputError with the ids that exist. */
export function findCue({ tasks }: Pick<LoadedShow, 'tasks'>, cue: string, command: string): CueTask {
  const task = tasks.find(({ cueId }) => cueId === cue);
  if (task !== undefined) return task;
  const known = someOf(tasks.map(({ cueId }) => cueId));
  throw usage(command, 'cue', `unknown cue id "${cue}", expected one of: ${known}`);
}

/** Throws an InvalidInputError unless the cue has this variant. */
export function checkVariant(task: CueTask, variant: number, command: string): void {
  if (variant > task.variants)
    throw usage(command, 'variant', `cue ${task.cueId} has variants 1 to ${task.variants}, got ${variant}`);
}

const usage = (command: string, where: string, message: string): InvalidInputError =>
  new InvalidInputError(command, [{ where, message }]);
