/**
 * Opens a model, with LoRAs from its merged copy. Directory and digest of the opened model are those of the base, and of the base
 * with the LoRAs.
 */
import { type DiffusionModel, type LoadOptions, loadModel } from '../../diffusion/index.js';
import type { Lora } from '../../diffusion/lora/plan-merge.js';
import { type MergedIdentity, readIdentity } from './merged-identity.js';
import { type MergedModels, type TakeOptions, takeCopy } from './take-copy.js';

/** A model directory, with LoRAs and the place of merged models. */
export interface ModelPlace {
  readonly modelDirectory: string;
  readonly loras?: readonly Lora[];
  readonly mergedModels?: MergedModels;
}

/** Throws ModelError, and whatever `takeCopy` does. */
export async function openModel(
  { modelDirectory, loras = [], mergedModels }: ModelPlace,
  loadOptions: LoadOptions,
  onMerging?: TakeOptions['onMerging'],
): Promise<DiffusionModel> {
  if (loras.length === 0) return loadModel(modelDirectory, loadOptions);
  const identity = await readIdentity(modelDirectory, loras);
  return openMerged(identity, loadOptions, { ...mergedModels, threads: loadOptions.threads, onMerging });
}

async function openMerged(
  { base, digest, ...identity }: MergedIdentity,
  loadOptions: LoadOptions,
  options: TakeOptions,
): Promise<DiffusionModel> {
  const copy = await takeCopy({ base, digest, ...identity }, options);
  const model = await loadModel(copy.directory, loadOptions).catch(async (error: unknown) => {
    await copy.release();
    throw error;
  });
  let released: Promise<void> | undefined;
  return {
    ...model,
    info: { ...model.info, directory: base, digest },
    async dispose() {
      await model.dispose();
      released ??= copy.release();
      await released;
    },
  };
}
