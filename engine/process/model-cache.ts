/**
 * The models that are in memory. Without a budget one at a time: on most devices a second one does not fit, and shows
 * are ordered so that models seldom change. With one, as many as their weights allow; the least recently used goes first,
 * and always before the next is loaded. A model is loaded again if its files or LoRAs have changed.
 */
import { isDeepStrictEqual } from 'node:util';
import { type DiffusionModel, type LoadOptions, modelBytes } from '../../diffusion/index.js';
import { readIdentity } from '../merged/merged-identity.js';
import { type ModelPlace, openModel } from '../merged/open-model.js';

interface ModelKey extends ModelPlace {
  readonly loadOptions: LoadOptions;
}

interface Order extends ModelKey {
  readonly modelMemoryBytes?: number;
}

interface Loaded {
  readonly key: ModelKey;
  readonly model: DiffusionModel;
  readonly bytes: number;
}

export class ModelCache {
  /** Least recently used first. */
  private loaded: Loaded[] = [];

  /** The model of this key; calls `onLoading` if it has to be loaded. Throws what `openModel` throws. */
  async take(
    { modelDirectory, loras = [], mergedModels = {}, loadOptions, modelMemoryBytes = 0 }: Order,
    onLoading: () => void,
  ): Promise<DiffusionModel> {
    const key = { modelDirectory, loras, mergedModels, loadOptions };
    const found = this.loaded.find((one) => isDeepStrictEqual(one.key, key));
    this.loaded = this.loaded.filter((one) => one !== found);
    if (found !== undefined && (await isCurrent(found))) {
      this.loaded.push(found);
      return found.model;
    }
    await found?.model.dispose();
    onLoading();
    const bytes = await modelBytes(modelDirectory);
    await this.makeRoom(modelMemoryBytes - bytes);
    const model = await openModel(key, loadOptions);
    this.loaded.push({ key, model, bytes });
    return model;
  }

  /** Frees models until the rest take no more than this. */
  private async makeRoom(budgetBytes: number): Promise<void> {
    while (this.loaded.length > 0 && this.loaded.reduce((sum, { bytes }) => sum + bytes, 0) > budgetBytes) {
      await this.loaded.shift()?.model.dispose();
    }
  }
}

/** False also if a file cannot be read; opening the model again then gives the reason. */
async function isCurrent({ key: { modelDirectory, loras = [] }, model }: Loaded): Promise<boolean> {
  if (!(await model.isCurrent())) return false;
  if (loras.length === 0) return true;
  const now = await readIdentity(modelDirectory, loras).catch(() => undefined);
  return now?.digest === model.info.digest;
}
