/**
 * The model that is in memory. One at a time: on most devices a second one does not fit, and shows are ordered so
 * that models seldom change. Asked for another, it frees the first before it loads the next.
 */
import { isDeepStrictEqual } from 'node:util';
import { type DiffusionModel, type LoadOptions, loadModel } from '../../diffusion/index.js';

interface ModelKey {
  readonly modelDirectory: string;
  readonly loadOptions: LoadOptions;
}

export class ModelShelf {
  private loaded: { readonly key: ModelKey; readonly model: DiffusionModel } | undefined;

  /** The model of this key; calls `onLoading` if it has to be loaded. Throws ModelError. */
  async take(
    { modelDirectory, loadOptions }: ModelKey,
    onLoading: () => Promise<void>,
  ): Promise<DiffusionModel> {
    const key = { modelDirectory, loadOptions };
    if (this.loaded !== undefined && isDeepStrictEqual(this.loaded.key, key)) return this.loaded.model;
    await onLoading();
    await this.clear();
    const model = await loadModel(modelDirectory, loadOptions);
    this.loaded = { key, model };
    return model;
  }

  private async clear(): Promise<void> {
    const previous = this.loaded;
    this.loaded = undefined;
    await previous?.model.dispose();
  }
}
