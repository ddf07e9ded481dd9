/**
 * From a rendition request to a job for the engine on this machine.
 */
import { resolve } from 'node:path';
import { given } from '../../domain/given.js';
import { previewStyle } from '../../domain/preview-style.js';
import type { GenerationSettings, ModelReference, RenditionRequest } from '../../domain/rendition.js';
import type { EngineJob, LoadJob, RawImageFile } from '../../engine/engine.js';
import { describeVariant } from '../rendition-id.js';

/** What differs from machine to machine. */
export interface MachineSettings {
  /** Folder that relative model paths are resolved against; by default the show file's. */
  readonly models: string | undefined;
  /** CPU threads of the engine; by default ONNX Runtime's own choice. */
  readonly threads: number | undefined;
  /** Memory for the weights of several models; undefined: one model at a time. */
  readonly modelMemoryBytes?: number | undefined;
  /** Where models with LoRAs merged into them are kept. */
  readonly mergedModels?: EngineJob['mergedModels'];
}

/** What differs from attempt to attempt. */
export interface JobPlace {
  readonly jobId: string;
  readonly outputDirectory: string;
  readonly from: { readonly step: number; readonly path: string } | undefined;
  readonly image: RawImageFile | undefined;
}

export function engineJob(
  { settings, seed, ...address }: RenditionRequest,
  machine: MachineSettings,
  { from, image, ...place }: JobPlace,
): EngineJob {
  const { model } = settings;
  return {
    ...place,
    subject: describeVariant(address),
    ...loadingOf(model, machine),
    request: { ...generationOf(settings), seed },
    ...given({ from, image }),
    ...(settings.previews ? { preview: previewStyle(model.previews) } : {}),
  };
}

/** What is loaded for a model on this machine. */
export function loadingOf(
  model: ModelReference,
  { models, threads, modelMemoryBytes, mergedModels }: MachineSettings,
): Omit<LoadJob, 'jobId' | 'subject'> {
  return {
    modelDirectory: modelDirectory(model, models),
    ...(model.loras && { loras: lorasOn(model, models), ...given({ mergedModels }) }),
    loadOptions: {
      executionProviders: model.executionProviders,
      ...given({ scheduler: model.scheduler, rng: model.rng, precision: model.precision, threads }),
    },
    ...given({ modelMemoryBytes }),
  };
}

/** Absolute path of the model on this machine. */
export function modelDirectory({ path, showDirectory }: ModelReference, models: string | undefined): string {
  return resolve(models ?? showDirectory, path);
}

/** The LoRAs with absolute paths. */
function lorasOn(
  { loras, showDirectory }: ModelReference,
  models: string | undefined,
): EngineJob['loras'] & object {
  return (loras ?? []).map(({ path, scale }) => ({ path: resolve(models ?? showDirectory, path), scale }));
}

function generationOf(settings: GenerationSettings): Omit<EngineJob['request'], 'seed'> {
  const { prompt, negativePrompt, steps, guidance, width, height, strength } = settings;
  const { longPrompts, promptSyntax } = settings;
  return {
    prompt,
    steps,
    guidance,
    width,
    height,
    ...given({ negativePrompt, strength, longPrompts, promptSyntax }),
  };
}
