/**
 * `pregen variant start FILE CUE VARIANT`: generates one image now, before the backlog of any show; with other seeds, takes of
 * it beside the one that is shown.
 */
import { randomInt } from 'node:crypto';
import { readCueDecisions } from '../../bookkeeping/decisions.js';
import { isStored } from '../../domain/inventory.js';
import type { PregenerateVariantInput } from '../../domain/messages.js';
import { MAX_SEED } from '../../domain/seeds.js';
import { type CueTask, requestTake, requestVariant } from '../../domain/show-plan.js';
import { variantStartOptions } from '../../domain/start-options.js';
import { type StartedImage, startImage } from '../../live/start-image.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { checkVariant, findCue } from '../load/find-cue.js';
import { inStoreOf } from '../load/in-store-of.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import { noteAbsentModels, refuseAbsentModels } from '../plan/absent-models.js';
import { noteCutPrompts } from '../plan/cut-prompts.js';
import { inventoryOf } from '../plan/plan-report.js';
import { uploadPictures } from '../show/upload-bundle.js';
import { withTemporal } from '../temporal/connect.js';
import type { Output } from '../terminal/output.js';

export interface VariantStartOptions {
  readonly file: string;
  readonly cue: string;
  readonly variant: number;
  /** Seeds of takes that are made beside the present image. */
  readonly seed?: readonly number[];
  /** How many takes with drawn seeds are made beside it. */
  readonly takes?: number;
  readonly force?: boolean;
  readonly remoteModels?: boolean;
}

export async function variantStart(options: VariantStartOptions, output: Output): Promise<undefined> {
  const loaded = await loadShow(options.file);
  const task = findCue(loaded, options.cue, 'variant start');
  checkVariant(task, options.variant, 'variant start');
  if (options.remoteModels === true) noteAbsentModels(loaded, output);
  else refuseAbsentModels(loaded);
  await noteCutPrompts(loaded, output);
  const seeds = seedsOf(options);
  if (seeds.length > 0) await startTakes(loaded, task, options, seeds, output);
  else await startChosen(loaded, task, options, output);
  return undefined;
}

/** Starts takes beside the present image, which stays in its place. */
async function startTakes(
  loaded: LoadedShow,
  task: CueTask,
  { file, variant }: VariantStartOptions,
  seeds: readonly number[],
  output: Output,
): Promise<void> {
  const started = await startRequests(
    loaded,
    seeds.map((seed) => ({ request: requestTake(task, variant, seed), replaces: true })),
  );
  const words = started.map(({ workflowId, seed, started }) =>
    started ? `Started ${workflowId}, a take with seed ${seed}.` : `${workflowId} is running already.`,
  );
  const choose = `Look at it, then "pregen take choose ${file} ${task.cueId} ${variant} SEED" puts it in place.`;
  output.result(started, [...words, choose].join('\n'));
}

/** Starts the image that is shown, with the seed that was chosen for it. */
async function startChosen(
  loaded: LoadedShow,
  task: CueTask,
  { file, variant, force }: VariantStartOptions,
  output: Output,
): Promise<void> {
  const { cueId, settings } = task;
  const stored = (await inventoryOf(loaded, task)).get(cueId)?.get(variant);
  if (isStored(stored, settings.previews) && force !== true) {
    const { workflowId } = variantStartOptions(requestVariant(task, variant));
    output.result(
      { workflowId, started: false, stored: true },
      `${workflowId} is stored already; "pregen variant start ${file} ${cueId} ${variant} --force" replaces it.`,
    );
    return;
  }
  const seed = await inStoreOf(loaded, (store) => chosenSeed(store, task, variant));
  const request = requestVariant(task, variant, seed);
  const [result] = await startRequests(loaded, [{ request, replaces: stored !== undefined }]);
  if (result === undefined) return;
  const { workflowId, started } = result;
  const words = started
    ? `Started ${workflowId}, before the backlog of any show.`
    : `${workflowId} is running already.`;
  output.result({ workflowId, started, stored: false }, words);
}

const chosenSeed = async (store: ObjectStore, task: CueTask, variant: number): Promise<number | undefined> =>
  (await readCueDecisions(store, task, task.cueId)).get(variant)?.seed;

/** Those that were given, then those that are drawn. */
function seedsOf({ seed = [], takes = 0 }: VariantStartOptions): number[] {
  const drawn = Array.from({ length: takes }, () => randomInt(MAX_SEED + 1));
  return [...new Set([...seed, ...drawn])];
}

async function startRequests(
  loaded: LoadedShow,
  inputs: readonly (Pick<PregenerateVariantInput, 'request'> & Partial<PregenerateVariantInput>)[],
): Promise<StartedImage[]> {
  await inStoreOf(loaded, async (store) => {
    await uploadPictures(loaded, store);
  });
  const { patience } = loaded.show;
  return withTemporal(({ client }) =>
    Promise.all(inputs.map((input) => startImage(client, { replaces: false, patience, ...input }))),
  );
}
