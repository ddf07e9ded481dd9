/**
 * What the store should hold, in the order in which a store lists it: by the bytes of the key. Generated one by one,
 * so that a show of any size is compared with its listing without holding either.
 */
import { type KnownModels, plannedIterations } from '../../domain/iterations.js';
import type { CueTask } from '../../domain/show-plan.js';

export interface ExpectedVariant {
  readonly task: CueTask;
  readonly variantId: number;
  /** `{cueId}/{variantId}/`: where its objects are, below the version's `cues/`. */
  readonly folder: string;
  /** Previews it should have; undefined where only the model could tell, which is not on this machine. */
  readonly steps: number | undefined;
  /** The scheduler is not known, and one of its family's (PNDM) evaluates one step more. */
  readonly mayHaveOneMore: boolean;
}

/** Compares as S3 orders keys, by their UTF-8 bytes (JavaScript's `<` goes by UTF-16). */
export const compareBytes = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

/** Every variant of the plan, in byte order of its folder. */
export function* expectedVariants(
  tasks: readonly CueTask[],
  models: KnownModels,
): Generator<ExpectedVariant> {
  for (const task of tasks.toSorted((a, b) => compareBytes(`${a.cueId}/`, `${b.cueId}/`))) {
    const { previews, model } = task.settings;
    const steps = previewsOf(task, models);
    const mayHaveOneMore = previews && models.schedulers?.[model.name] === undefined;
    for (const variantId of numbersInByteOrder(task.variants))
      yield { task, variantId, folder: `${task.cueId}/${variantId}/`, steps, mayHaveOneMore };
  }
}

function previewsOf({ settings }: CueTask, models: KnownModels): number | undefined {
  if (!settings.previews) return 0;
  if (models.families[settings.model.name] === undefined && settings.strength !== undefined) return undefined;
  return plannedIterations(models, settings);
}

/** 1, 10, 11, …, 2, 20, …: the numbers from 1 to `last`, ordered as texts. */
function* numbersInByteOrder(last: number, first = 1): Generator<number> {
  for (let number = first; number <= Math.min(last, first === 1 ? 9 : first + 9); number++) {
    yield number;
    yield* numbersInByteOrder(last, number * 10);
  }
}
