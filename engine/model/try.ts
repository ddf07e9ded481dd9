/**
 * `pregen model try`: one image from a model directory, with its previews and the durations of its steps, as a show
 * would make it.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type GenerateOptions,
  type GenerationEvent,
  type GenerationRequest,
  latentsToRgb,
  type ModelInfo,
  type RgbImage,
} from '../../diffusion/index.js';
import { given } from '../../domain/given.js';
import { lorasText } from '../../domain/loras.js';
import { ownSize } from '../../domain/picture-size.js';
import { encodePng } from '../files/png.js';
import { openModel } from '../merged/open-model.js';
import type { ModelReply, TryOrder } from './protocol.js';
import { readPicture } from './read-picture.js';
import { loadOptions } from './settings.js';

export async function tryModel(
  order: TryOrder,
  note: (line: string) => void,
  computing: () => void,
): Promise<ModelReply> {
  const { directory: modelDirectory, loras, mergedModels } = order;
  const model = await openModel(
    { modelDirectory, ...given({ loras, mergedModels }) },
    loadOptions(order),
    (bytes) => note(`Merging the LoRAs into a copy of the model, ${Math.ceil(bytes / 1e6)} MB, once …`),
  );
  try {
    const request = await requestOf(order, model.info);
    const options = previewOptions(order);
    model.check(request, options.preview);
    computing();
    const stepDurations: Record<string, number> = {};
    for await (const event of model.generate(request, options)) {
      if (event.type === 'prompt') event.truncated.map(note);
      if (event.type === 'step') {
        stepDurations[event.step] = event.durationMs;
        note(`step ${event.step} of ${event.of}: ${Math.round(event.durationMs)} ms`);
        await keepPreview(order, event, model.info, note);
      }
      if (event.type === 'final') {
        stepDurations.final = event.durationMs;
        await write(order.out, event.image, parametersOf(request, model.info, order.loras));
      }
    }
    return summary(order, model.info, stepDurations);
  } finally {
    await model.dispose();
  }
}

/** Pixels a side where neither the order nor a picture gives them. */
const DEFAULT_SIDE = 512;

async function requestOf(order: TryOrder, { sizeMultiple }: ModelInfo): Promise<GenerationRequest> {
  const { prompt, negativePrompt, seed, steps, guidance, strength, maxSequenceLength } = order;
  const { longPrompts, promptSyntax } = order;
  const image = order.image === undefined ? undefined : await readPicture(order.image);
  const own = image && ownSize(image, sizeMultiple);
  return {
    prompt,
    seed,
    steps,
    guidance,
    width: order.width ?? own?.width ?? DEFAULT_SIDE,
    height: order.height ?? own?.height ?? DEFAULT_SIDE,
    ...(negativePrompt !== undefined && { negativePrompt }),
    ...(image !== undefined && { image }),
    ...(strength !== undefined && { strength }),
    ...(maxSequenceLength !== undefined && { maxSequenceLength }),
    ...given({ longPrompts, promptSyntax }),
  };
}

/** Previews are made only where there is a folder for them. */
function previewOptions({ previews, previewKind, previewOf }: TryOrder): GenerateOptions {
  if (previews === undefined) return {};
  return { preview: { kind: previewKind ?? 'latent-rgb', of: previewOf ?? 'latents' } };
}

async function keepPreview(
  { previews, previewKind = 'latent-rgb' }: TryOrder,
  { step, latents, denoised, preview }: Extract<GenerationEvent, { type: 'step' }>,
  { previewFactors }: ModelInfo,
  note: (line: string) => void,
): Promise<void> {
  if (previews === undefined) return;
  const shown = previewKind === 'latent-rgb' ? latentsToRgb(denoised ?? latents, previewFactors) : preview;
  if (shown === undefined) note(`the preview of step ${step} is left out: its pixels are not finite`);
  else await write(join(previews, `${step}.png`), shown);
}

async function write(path: string, image: RgbImage, parameters?: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await encodePng(image, parameters));
}

/** In the form that image tools read. */
function parametersOf(
  request: GenerationRequest,
  { scheduler, digest }: ModelInfo,
  loras: TryOrder['loras'],
): string {
  const { prompt, negativePrompt, steps, seed, guidance, width, height, strength } = request;
  const { longPrompts, promptSyntax } = request;
  const merged = lorasText(loras);
  const settings = [
    `Steps: ${steps}`,
    `Sampler: ${scheduler}`,
    `CFG scale: ${guidance}`,
    `Seed: ${seed}`,
    `Size: ${width}x${height}`,
    ...(strength === undefined ? [] : [`Denoising strength: ${strength}`]),
    ...(longPrompts === undefined ? [] : [`Long prompts: ${longPrompts}`]),
    ...(promptSyntax === undefined ? [] : [`Prompt syntax: ${promptSyntax}`]),
    ...(merged === undefined ? [] : [`LoRAs: ${JSON.stringify(merged)}`]),
    `Model hash: ${digest.slice(0, 10)}`,
  ];
  return [
    prompt,
    ...(negativePrompt === undefined ? [] : [`Negative prompt: ${negativePrompt}`]),
    settings.join(', '),
  ].join('\n');
}

function summary(order: TryOrder, info: ModelInfo, stepDurations: Record<string, number>): ModelReply {
  const total = Object.values(stepDurations).reduce((sum, ms) => sum + ms, 0);
  const rounded = Object.fromEntries(Object.entries(stepDurations).map(([key, ms]) => [key, Math.round(ms)]));
  const data = {
    image: order.out,
    previews: order.previews ?? null,
    seed: order.seed,
    family: info.family,
    scheduler: info.scheduler,
    executionProviders: info.executionProviders,
    digest: info.digest,
    stepDurations: rounded,
  };
  const steps = Object.keys(stepDurations).length - 1;
  const text = `${order.out}: ${steps} steps of ${info.family} with ${info.scheduler} in ${(total / 1000).toFixed(1)} s`;
  return { type: 'result', data, text, failed: false };
}
