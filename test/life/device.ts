/**
 * The product's own engine process with a fast device: a step takes milliseconds, for some images much longer, so that
 * actions meet images in every state. Seeds that a test has listed as broken give NaN.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { NonFiniteLatentsError } from '../../diffusion/errors.js';
import type {
  DiffusionModel,
  GenerateOptions,
  GenerationEvent,
  GenerationRequest,
} from '../../diffusion/index.js';
import { previewPreset } from '../../diffusion/index.js';
import { serveJobs } from '../../engine/process/serve-jobs.js';
import { latentsOf, MODEL, pictureOf } from './device-image.js';

const STEP_MS = 8;
/** Duration of a step for one image in ten. */
const SLOW_STEP_MS = 300;

const isBroken = (seed: number): boolean =>
  JSON.parse(readFileSync(process.env.LIFE_BROKEN ?? '', 'utf8')).includes(seed);

async function* generate(
  { seed, steps, ...size }: GenerationRequest,
  { from }: GenerateOptions = {},
): AsyncGenerator<GenerationEvent> {
  yield { type: 'prompt', truncated: [] };
  const durationMs = seed % 10 === 0 ? SLOW_STEP_MS : STEP_MS;
  for (let step = (from?.step ?? 0) + 1; step <= steps; step++) {
    await sleep(durationMs);
    if (step === 2 && isBroken(seed)) throw new NonFiniteLatentsError(step);
    yield { type: 'step', step, of: steps, latents: latentsOf(seed, step, size), durationMs };
  }
  yield { type: 'final', image: pictureOf(seed, size), durationMs: STEP_MS };
}

const deviceModel = (directory: string): DiffusionModel => ({
  info: {
    ...{ family: 'sdxl', pipeline: 'StableDiffusionXLPipeline', directory, ...MODEL },
    ...{ latentChannels: 4, vaeScaleFactor: 8, sizeMultiple: 8, executionProviders: ['cpu'], taesd: false },
    previewFactors: previewPreset('sdxl'),
  },
  check: () => {},
  iterations: ({ steps }) => steps,
  generate,
  isCurrent: async () => true,
  dispose: async () => {},
});

serveJobs({ take: async ({ modelDirectory }) => deviceModel(modelDirectory) });
