/**
 * The denoising loop: one generator, in the numbered stages that diffusers' pipelines share. It yields each step's
 * latents and can go on from any of them; the caller makes that durable.
 *
 * What is yielded is a copy: a consumer may keep, change or transfer it. Stopping it (`return()`) at a yield leaves
 * nothing behind.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { skippedEvaluations, skippedSteps } from '../domain/iterations.js';
import { checkCheckpoint } from './check-request.js';
import { NonFiniteLatentsError } from './errors.js';
import type { Pipeline } from './families/pipeline.js';
import { initialLatents, latentShape, skipDraws } from './initial-latents.js';
import { allFinite } from './onnx/numbers/finite.js';
import { previewOf } from './previews/step-preview.js';
import { createGenerator } from './random/random.js';
import type { Schedule } from './schedulers/schedule.js';
import { Stopwatch } from './stopwatch.js';
import type {
  Checkpoint,
  GenerateOptions,
  GenerationEvent,
  GenerationRequest,
  Latents,
  RgbImage,
} from './types.js';
import { decode } from './vae/vae.js';

/** Which of a schedule's steps a request runs. */
export interface Run {
  readonly schedule: Schedule;
  /** Index of the first one. */
  readonly start: number;
  readonly iterations: number;
}

/** A strength that leaves no step runs none, even with PNDM, which has one step more than asked for. */
export function runOf(pipeline: Pipeline, request: GenerationRequest): Run {
  const { steps, strength } = request;
  const { height, width } = latentShape(request, pipeline.vae);
  const { scheduler, patchSize } = pipeline;
  const schedule = scheduler.schedule(steps, (height * width) / patchSize ** 2);
  const skipped = skippedSteps(pipeline.name, steps, strength);
  const start =
    skipped === steps ? schedule.timesteps.length : skippedEvaluations(scheduler.className, skipped);
  return { schedule, start, iterations: Math.max(schedule.timesteps.length - start, 0) };
}

/**
 * Generates one image. Durations are the model's own work: step 1 from the start of the prompt's encoding,
 * step k from step k - 1, `final` from the last step to pixels; not the time a consumer holds an event, not
 * previews. After a checkpoint, encoding the prompt again is not counted: it was, in step 1.
 *
 * @throws RequestError when the checkpoint is not one of this request
 * @throws NonFiniteLatentsError as soon as a step gives NaN or Infinity
 */
export async function* generate(
  pipeline: Pipeline,
  request: GenerationRequest,
  { from, preview }: GenerateOptions = {},
): AsyncGenerator<GenerationEvent, void, void> {
  const watch = new Stopwatch();

  // 1. Steps to run
  const { schedule, start, iterations } = runOf(pipeline, request);
  const shape = latentShape(request, pipeline.vae);
  if (from) checkCheckpoint(from, iterations, shape, schedule.historyLength(from.step));
  const done = from?.step ?? 0;

  // 2. Prompt to tokens
  const prompt = await watch.time(async () => pipeline.readPrompt(request));
  yield { type: 'prompt', truncated: prompt.truncated };

  // 3. Tokens to conditioning; not needed when only the decoding is left
  const predict =
    done < iterations ? await watch.time(() => pipeline.prompts.encode(request, prompt)) : undefined;

  // 4. Latents: noise, a noised picture, or the checkpoint's
  const generator = createGenerator(pipeline.rng, request.seed);
  const size = shape.channels * shape.height * shape.width;
  const noise = () => generator.randn(size);
  let latents = from
    ? copy(from.latents)
    : await watch.time(() => initialLatents(pipeline.vae, request, schedule, start, generator));
  let history: readonly Float32Array[] = from?.history?.map(({ data }) => data.slice()) ?? [];
  requireFinite(latents, done);
  if (from) skipDraws(generator, schedule, size, { start, done, fromImage: request.image !== undefined });
  if (from) watch.lap();

  // 5. Denoising loop
  for (let step = done + 1; predict && step <= iterations; step++) {
    const index = start + step - 1;
    const current = latents;
    const { output, ...result } = await watch.time(async () => {
      const seen = { ...shape, data: schedule.modelInput(index, current.data) };
      const output = await predict(seen, schedule.timesteps[index] ?? 0);
      const input = { index, done: step - 1, latents: current.data, output, history, noise };
      return { output, ...schedule.step(input) };
    });
    latents = { ...shape, data: result.latents };
    history = result.history;
    requireFinite(latents, step);
    const expected = () => schedule.denoised({ index, latents: current.data, output });
    const shown = await previewOf(pipeline, preview, latents, () => ({ ...shape, data: expected() }));
    const kept = checkpoint(step, latents, history);
    yield { type: 'step', ...kept, of: iterations, durationMs: watch.lap(), ...shown };
    await eventLoopTurn(); // lets a message to cancel in before the thread computes again
  }

  // 6. Latents to pixels
  const image = await watch.time(() => decodeFinite(pipeline, latents, iterations));
  yield { type: 'final', image, durationMs: watch.lap() };
}

/** Copies, so that nobody can change what the next step works with. */
function checkpoint(step: number, latents: Latents, history: readonly Float32Array[]): Checkpoint {
  const state = history.map((data) => copy({ ...latents, data }));
  return { step, latents: copy(latents), ...(state.length > 0 && { history: state }) };
}

async function decodeFinite({ vae }: Pipeline, latents: Latents, step: number): Promise<RgbImage> {
  const image = await decode(vae, latents);
  if (image === undefined) throw new NonFiniteLatentsError(step, 'decoded pixels');
  return image;
}

function requireFinite({ data }: Latents, step: number): void {
  if (!allFinite(data)) throw new NonFiniteLatentsError(step);
}

function copy(latents: Latents): Latents {
  return { ...latents, data: latents.data.slice() };
}
