/**
 * From a directory to a model in memory. Everything that can be known to be wrong is refused here, all of it
 * in one error, before a device spends time on it.
 */
import { checkRequest } from './check-request.js';
import { directoryDigest } from './digest.js';
import { ModelError } from './errors.js';
import { denoisingIterations } from './iterations.js';
import { readModelIndex } from './model-index.js';
import { readPreviewFactors } from './preview-file.js';
import { Problems } from './problems.js';
import { readScheduler } from './scheduler-config.js';
import { checkParts } from './sd3/check-parts.js';
import { readSd3Config } from './sd3/config.js';
import { generate, type Sd3 } from './sd3/generate.js';
import { openParts, type Sd3Parts, sessionsOf } from './sd3/parts.js';
import type { DiffusionModel, LoadOptions, ModelInfo } from './types.js';

const DEFAULT_PROVIDERS: readonly string[] = ['cpu'];

/**
 * Loads a diffusers-layout directory of ONNX files, as Optimum exports it.
 * @throws ModelError listing every problem: no such directory, a pipeline or scheduler that is not
 *   supported, missing or unreadable parts, shapes that do not fit together, foreign preview factors
 */
export async function loadModel(directory: string, options: LoadOptions = {}): Promise<DiffusionModel> {
  const index = await readModelIndex(directory);
  const problems = new Problems();
  const executionProviders = options.executionProviders ?? DEFAULT_PROVIDERS;
  const config = await readSd3Config(directory, problems);
  const scheduler = await readScheduler(directory, options.scheduler, problems);
  const preview =
    config && (await problems.collect(() => readPreviewFactors(directory, 'sd3', config.latentChannels)));
  const parts = await openParts(index, { executionProviders, threads: options.threads }, problems);
  if (config && parts) checkParts(parts, config, problems);
  if (!config || !scheduler || !preview || !parts || problems.found.length > 0) {
    if (parts) await release(parts);
    throw new ModelError(directory, problems.found);
  }
  const info: ModelInfo = {
    family: 'sd3',
    pipeline: index.pipeline,
    directory,
    digest: await directoryDigest(directory),
    scheduler: scheduler.className,
    latentChannels: config.latentChannels,
    vaeScaleFactor: config.vaeScaleFactor,
    sizeMultiple: config.vaeScaleFactor * config.patchSize,
    executionProviders,
    previewFactors: preview,
  };
  return model(info, { config, parts, scheduler: scheduler.config });
}

function model(info: ModelInfo, sd3: Sd3): DiffusionModel {
  const limits = {
    sizeMultiple: info.sizeMultiple,
    maxSize: info.sizeMultiple * sd3.config.maxTokensPerSide,
    canEncodeImages: sd3.parts.vaeEncoder !== undefined,
    minSequenceLength: sd3.parts.t5 === undefined ? 0 : 1,
  };
  let released: Promise<void> | undefined;
  return {
    info,
    check: (request) => checkRequest(request, limits),
    iterations: ({ steps, strength }) => denoisingIterations('sd3', steps, strength),
    async *generate(request, options) {
      if (released)
        throw new Error(`The model in ${info.directory} was disposed and cannot generate any more.`);
      checkRequest(request, limits);
      yield* generate(sd3, request, options);
    },
    async dispose() {
      released ??= release(sd3.parts);
      await released;
    },
  };
}

async function release(parts: Sd3Parts): Promise<void> {
  await Promise.all(sessionsOf(parts).map(({ ort }) => ort.release()));
}
