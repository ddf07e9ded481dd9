/**
 * The product's own engine process with a fast device: a step takes milliseconds, for some images much longer, so that
 * actions meet images in every state. Seeds that a test has listed as broken give NaN. A file says what else is wrong with the
 * device at the moment.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError, NonFiniteLatentsError } from '../../diffusion/errors.js';
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

const isBroken = (seed: number): boolean => {
  const file = process.env.LIFE_BROKEN;
  return file !== undefined && JSON.parse(readFileSync(file, 'utf8')).includes(seed);
};

/** What can be wrong with a device. */
export type Ailment =
  | 'none'
  | 'no-model'
  | 'out-of-memory'
  | 'nan'
  | 'crash'
  | 'slow'
  | 'stuck'
  | 'every-other';

/** Where a machine has several devices, the one that LIFE_AILING names has it. */
const ailment = (): Ailment => {
  const { LIFE_AILMENT: file, LIFE_AILING: ailing, PREGEN_DEVICE: device } = process.env;
  if (file === undefined || (ailing ?? device) !== device) return 'none';
  return readFileSync(file, 'utf8') as Ailment;
};
let images = 0;

/** Fails at the third step, or does not. */
const FAILS: Readonly<Record<Ailment, (step: number) => void>> = {
  none: () => {},
  'no-model': () => {},
  slow: () => {},
  stuck: () => {},
  'out-of-memory': () => {
    throw new Error('Failed to allocate memory for requested buffer of size 1073741824');
  },
  nan: (step) => {
    throw new NonFiniteLatentsError(step);
  },
  crash: () => process.kill(process.pid, 'SIGKILL'),
  'every-other': (step) => {
    if (images % 2 === 0) throw new NonFiniteLatentsError(step);
  },
};
const SLOWER = 20;

async function* generate(
  { seed, steps, ...size }: GenerationRequest,
  { from }: GenerateOptions = {},
): AsyncGenerator<GenerationEvent> {
  yield { type: 'prompt', truncated: [] };
  images += 1;
  const durationMs = (seed % 10 === 0 ? SLOW_STEP_MS : STEP_MS) * (ailment() === 'slow' ? SLOWER : 1);
  for (let step = (from?.step ?? 0) + 1; step <= steps; step++) {
    await sleep(durationMs);
    while (step === 3 && ailment() === 'stuck') await sleep(STEP_MS);
    if (step === 2 && isBroken(seed)) throw new NonFiniteLatentsError(step);
    if (step === 3) FAILS[ailment()](step);
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

serveJobs({
  take: async ({ modelDirectory }) => {
    if (ailment() === 'no-model') throw new ModelError(modelDirectory, ['unet/model.onnx: no such file']);
    return deviceModel(modelDirectory);
  },
});
