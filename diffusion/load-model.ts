/**
 * From a directory to a model in memory. Everything that can be known to be wrong is refused here, all of it
 * in one error, before a device spends time on it.
 */
import type { ExecutionProvider } from '../domain/execution-providers.js';
import { given } from '../domain/given.js';
import type { ModelFamily } from '../domain/iterations.js';
import { checkRequest, type RequestLimits } from './check-request.js';
import { ModelError } from './errors.js';
import type { OpenFamily } from './families/family.js';
import { openFlux } from './families/flux/open.js';
import type { Pipeline } from './families/pipeline.js';
import { PromptCache } from './families/prompt-cache.js';
import { openSd } from './families/sd/open.js';
import { openSd3 } from './families/sd3/open.js';
import { openSdxl } from './families/sdxl/open.js';
import { generate, runOf } from './generate.js';
import { directoryDigest } from './model-directory/digest.js';
import { type ModelIndex, readModelIndex } from './model-directory/model-index.js';
import { Problems } from './model-directory/problems.js';
import { precisionProblems } from './onnx/precision.js';
import { unknownProviders } from './onnx/providers.js';
import { releaseSessions } from './onnx/session.js';
import type { PreviewPreset } from './previews/preview.js';
import { readPreviewFactors } from './previews/preview-file.js';
import { openTaesd } from './previews/taesd.js';
import { readScheduler } from './schedulers/read-scheduler.js';
import type { DiffusionModel, LoadOptions, ModelInfo, PreviewFactors } from './types.js';

const DEFAULT_PROVIDERS: readonly string[] = ['cpu'];

const FAMILIES: Readonly<Record<ModelFamily, { readonly open: OpenFamily; readonly preset: PreviewPreset }>> =
  {
    sd: { open: openSd, preset: 'sd15' },
    sdxl: { open: openSdxl, preset: 'sdxl' },
    sd3: { open: openSd3, preset: 'sd3' },
    flux: { open: openFlux, preset: 'flux' },
  };

/**
 * Loads a diffusers-layout directory of ONNX files, as Optimum exports it.
 * @throws ModelError listing every problem: no such directory, a pipeline or scheduler that is not
 *   supported, missing or unreadable parts, shapes that do not fit together, foreign preview factors
 */
export async function loadModel(directory: string, options: LoadOptions = {}): Promise<DiffusionModel> {
  const index = await readModelIndex(directory);
  const executionProviders = options.executionProviders ?? DEFAULT_PROVIDERS;
  const { pipeline, previewFactors } = await openPipeline(index, options, executionProviders);
  const digest = await directoryDigest(directory).catch(async (error: unknown) => {
    await releaseSessions(pipeline.sessions);
    throw error;
  });
  const info = {
    family: index.family,
    pipeline: index.pipeline,
    directory,
    digest,
    scheduler: pipeline.scheduler.className,
    latentChannels: pipeline.vae.config.latentChannels,
    vaeScaleFactor: pipeline.vae.config.scaleFactor,
    sizeMultiple: pipeline.sizeMultiple,
    executionProviders,
    previewFactors,
    taesd: pipeline.taesd !== undefined,
  };
  return model(info, pipeline);
}

async function openPipeline(
  index: ModelIndex,
  options: LoadOptions,
  executionProviders: readonly ExecutionProvider[],
): Promise<{ pipeline: Pipeline; previewFactors: PreviewFactors }> {
  const { directory, family: name } = index;
  const problems = new Problems();
  const missing = unknownProviders(executionProviders);
  if (missing.length > 0) throw new ModelError(directory, missing);
  const { open, preset } = FAMILIES[name];
  const scheduler = await readScheduler(directory, name, options.scheduler, problems);
  const sessionOptions = { executionProviders, threads: options.threads };
  const family = await open(index, sessionOptions, problems);
  const channels = family?.vae.config.latentChannels;
  const previewFactors =
    channels === undefined
      ? undefined
      : await problems.collect(() => readPreviewFactors(directory, preset, channels));
  const taesd = family && (await openTaesd(index, family.vae.config, sessionOptions, problems));
  const sessions = [...(family?.sessions ?? []), ...(taesd ? [taesd.decoder] : [])];
  for (const problem of precisionProblems(sessions, options.precision)) problems.add(problem);
  if (!scheduler || !family || !previewFactors || problems.found.length > 0) {
    await releaseSessions(sessions);
    throw new ModelError(directory, problems.found);
  }
  return {
    pipeline: {
      ...family,
      sessions,
      taesd,
      name,
      scheduler,
      rng: options.rng ?? 'cpu',
      prompts: new PromptCache(),
    },
    previewFactors,
  };
}

function model(info: ModelInfo, pipeline: Pipeline): DiffusionModel {
  const limits: RequestLimits = {
    family: info.family,
    sizeMultiple: pipeline.sizeMultiple,
    maxSize: pipeline.maxSize,
    ...given({ encoderProblem: encoderProblemOf(pipeline.vae) }),
    minSequenceLength: pipeline.minSequenceLength,
    ...given({ fixedTokens: pipeline.fixedTokens }),
    maxSteps: pipeline.scheduler.maxSteps,
    hasTaesd: info.taesd,
  };
  let released: Promise<void> | undefined;
  return {
    info,
    check: (request, preview) => checkRequest(request, limits, preview),
    iterations: (request) => runOf(pipeline, request).iterations,
    async *generate(request, options) {
      if (released !== undefined)
        throw new Error(`The model in ${info.directory} was disposed and cannot generate any more.`);
      checkRequest(request, limits, options?.preview);
      yield* generate(pipeline, request, options);
    },
    async isCurrent() {
      if (!pipeline.sessions.some(({ mapped }) => mapped)) return true;
      // Files that are gone, or half written, are not those of the digest either.
      return (await directoryDigest(info.directory).catch(() => undefined)) === info.digest;
    },
    async dispose() {
      released ??= releaseSessions(pipeline.sessions);
      await released;
    },
  };
}

function encoderProblemOf({ encoder, encoderProblem }: Pipeline['vae']): string | undefined {
  if (encoder !== undefined) return undefined;
  if (encoderProblem === undefined) return 'the model has no vae_encoder';
  return `the model's vae_encoder cannot be used (${encoderProblem}; export it again with a current Optimum)`;
}
