/**
 * The denoising loop of Stable Diffusion 3: one generator, in the numbered stages of diffusers'
 * `StableDiffusion3Pipeline` and `StableDiffusion3Img2ImgPipeline`. It yields each step's latents and can go
 * on from any of them; whoever makes that durable does so outside.
 *
 * What is yielded is a copy: a consumer may keep, change or transfer it. Stopping it (`return()`) at a yield
 * leaves nothing behind.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { checkCheckpoint } from '../check-request.js';
import { NonFiniteLatentsError } from '../errors.js';
import { allFinite } from '../finite.js';
import { eulerStep, type FlowMatchConfig, flowMatchSchedule } from '../flow-match-euler.js';
import { denoisingIterations, skippedSteps } from '../iterations.js';
import { Stopwatch } from '../stopwatch.js';
import type { GenerateOptions, GenerationEvent, GenerationRequest, Latents, RgbImage } from '../types.js';
import type { Sd3Config } from './config.js';
import { type Conditioning, conditioning, predictVelocity } from './denoise.js';
import { encodePrompt, type PromptTokens, tokenizePrompt, truncations } from './encode-prompt.js';
import { initialLatents, latentShape } from './initial-latents.js';
import type { Sd3Parts } from './parts.js';
import { decode } from './vae.js';

/** diffusers' default for `max_sequence_length`. */
const MAX_SEQUENCE_LENGTH = 256;

/** What the loop needs of a loaded model. */
export interface Sd3 {
  readonly config: Sd3Config;
  readonly parts: Sd3Parts;
  readonly scheduler: FlowMatchConfig;
}

/**
 * Generates one image. Durations are the model's own work: step 1 from the start of the prompt's encoding,
 * step k from step k - 1, `final` from the last step to pixels; not the time a consumer holds an event, not
 * VAE previews. After a checkpoint, encoding the prompt again is not counted: it was, in step 1.
 *
 * @throws RequestError when the checkpoint is not one of this request
 * @throws NonFiniteLatentsError as soon as a step gives NaN or Infinity
 */
export async function* generate(
  model: Sd3,
  request: GenerationRequest,
  { from, preview }: GenerateOptions = {},
): AsyncGenerator<GenerationEvent, void, void> {
  const { config, parts } = model;
  const watch = new Stopwatch();

  // 1. Steps to run
  const iterations = denoisingIterations('sd3', request.steps, request.strength);
  const skipped = skippedSteps(request.steps, request.strength);
  const shape = latentShape(request, config);
  if (from) checkCheckpoint(from, iterations, shape);

  // 2. Prompt to tokens
  const tokens = await watch.time(async () => tokenize(parts, request));
  yield { type: 'prompt', truncated: tokens.truncated };

  // 3. Tokens to conditioning; not needed when only the decoding is left
  const done = from?.step ?? 0;
  const prompts = done < iterations ? await watch.time(() => encode(model, tokens)) : undefined;

  // 4. Sigmas and timesteps
  const imageTokens = (shape.height * shape.width) / config.patchSize ** 2;
  const schedule = flowMatchSchedule(model.scheduler, request.steps, imageTokens);

  // 5. Latents: noise, a noised picture, or the checkpoint's
  let latents = from
    ? copy(from.latents)
    : await watch.time(() => initialLatents(model, request, schedule, skipped));
  requireFinite(latents, done);
  if (from) watch.lap();

  // 6. Denoising loop
  for (let step = done + 1; prompts && step <= iterations; step++) {
    const index = skipped + step - 1;
    const current = latents;
    latents = await watch.time(async () => {
      const timestep = schedule.timesteps[index] ?? 0;
      const velocity = await predictVelocity(parts.transformer, prompts, current, timestep, request.guidance);
      return { ...current, data: eulerStep(schedule, index, current.data, velocity) };
    });
    requireFinite(latents, step);
    const shown = preview === 'vae' ? { preview: await decodeFinite(model, latents, step) } : {};
    yield { type: 'step', step, of: iterations, latents: copy(latents), durationMs: watch.lap(), ...shown };
    await eventLoopTurn(); // lets a message to cancel in before the thread computes again
  }

  // 7. Latents to pixels
  const image = await watch.time(() => decodeFinite(model, latents, iterations));
  yield { type: 'final', image, durationMs: watch.lap() };
}

/** Both prompts' tokens; no negative ones when the request runs without guidance. */
interface RequestTokens {
  readonly positive: PromptTokens;
  readonly negative: PromptTokens | undefined;
  readonly truncated: readonly string[];
}

function tokenize(parts: Sd3Parts, request: GenerationRequest): RequestTokens {
  const length = request.maxSequenceLength ?? MAX_SEQUENCE_LENGTH;
  const positive = tokenizePrompt(parts, request.prompt, length);
  const truncated = truncations(parts, positive, 'prompt');
  if (request.guidance <= 1) return { positive, negative: undefined, truncated };
  const negative = tokenizePrompt(parts, request.negativePrompt ?? '', length);
  return {
    positive,
    negative,
    truncated: [...truncated, ...truncations(parts, negative, 'negative prompt')],
  };
}

async function encode({ parts, config }: Sd3, { positive, negative }: RequestTokens): Promise<Conditioning> {
  const width = config.jointAttentionDim;
  const prompt = await encodePrompt(parts, positive, width);
  const against = negative === undefined ? undefined : await encodePrompt(parts, negative, width);
  return conditioning(parts.transformer, prompt, against);
}

async function decodeFinite({ parts, config }: Sd3, latents: Latents, step: number): Promise<RgbImage> {
  const image = await decode(parts.vaeDecoder, config, latents);
  if (image === undefined) throw new NonFiniteLatentsError(step, 'decoded pixels');
  return image;
}

function requireFinite({ data }: Latents, step: number): void {
  if (!allFinite(data)) throw new NonFiniteLatentsError(step);
}

function copy(latents: Latents): Latents {
  return { ...latents, data: latents.data.slice() };
}
