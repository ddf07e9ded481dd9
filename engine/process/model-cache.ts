/**
 * The models that are in memory. Without a budget one at a time: on most devices a second one does not fit, and shows
 * are ordered so that models seldom change. With one, as many as their weights allow; the least recently used goes first,
 * and always before the next is loaded. One whose files have changed under it is loaded again.
 */
import { isDeepStrictEqual } from 'node:util';
import { type DiffusionModel, type LoadOptions, loadModel, modelBytes } from '../../diffusion/index.js';

interface ModelKey {
  readonly modelDirectory: string;
  readonly loadOptions: LoadOptions;
}

interface Loaded {
  readonly key: ModelKey;
  readonly model: DiffusionModel;
  readonly bytes: number;
}

export class ModelCache {
  /** Least recently used first. */
  private loaded: Loaded[] = [];

  /** The model of this key; calls `onLoading` if it has to be loaded. Throws ModelError. */
  async take(
    { modelDirectory, loadOptions, modelMemoryBytes = 0 }: ModelKey & { readonly modelMemoryBytes?: number },
    onLoading: () => void,
  ): Promise<DiffusionModel> {
    const key = { modelDirectory, loadOptions };
    const found = this.loaded.find((one) => isDeepStrictEqual(one.key, key));
    this.loaded = this.loaded.filter((one) => one !== found);
    if (found !== undefined && (await found.model.isCurrent())) {
      this.loaded.push(found);
      return found.model;
    }
    await found?.model.dispose();
    onLoading();
    const bytes = await modelBytes(modelDirectory);
    await this.makeRoom(modelMemoryBytes - bytes);
    const model = await loadModel(modelDirectory, loadOptions);
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
