/**
 * Refuses impossible requests at the door, before the device is busy: every problem at once, each with the
 * field, its value and what was expected.
 */
import { RequestError } from './errors.js';
import type { Checkpoint, GenerationRequest } from './types.js';

/** What a loaded model allows. */
export interface RequestLimits {
  readonly sizeMultiple: number;
  /** Largest width and height in pixels. */
  readonly maxSize: number;
  readonly canEncodeImages: boolean;
  /** Fewest tokens of the T5 part: 1 with T5, 0 without. */
  readonly minSequenceLength: number;
}

/** diffusers' own limit. */
const MAX_SEQUENCE_LENGTH = 512;
/** One step per training timestep: far above any useful number, so a larger one is a slip. */
const MAX_STEPS = 1000;

/** @throws RequestError naming every problem */
export function checkRequest(request: GenerationRequest, limits: RequestLimits): void {
  const problems = [
    ...textProblems(request),
    ...numberProblems(request),
    ...sizeProblems('width', request.width, limits),
    ...sizeProblems('height', request.height, limits),
    ...imageProblems(request, limits),
    ...sequenceProblems(request, limits),
  ];
  if (problems.length > 0) throw new RequestError(problems);
}

/** @throws RequestError when the checkpoint is not one of this request */
export function checkCheckpoint(
  { step, latents }: Checkpoint,
  iterations: number,
  shape: { readonly channels: number; readonly height: number; readonly width: number },
): void {
  const problems: string[] = [];
  if (!Number.isInteger(step) || step < 1 || step > iterations) {
    problems.push(`the checkpoint is of step ${step}, expected one of 1…${iterations}`);
  }
  const expected = [shape.channels, shape.height, shape.width];
  const actual = [latents.channels, latents.height, latents.width];
  const size = shape.channels * shape.height * shape.width;
  if (actual.join() !== expected.join() || latents.data.length !== size) {
    const found = `${actual.join('×')} with ${latents.data.length} values`;
    problems.push(`the checkpoint's latents are ${found}, expected ${expected.join('×')} with ${size}`);
  }
  if (problems.length > 0) throw new RequestError(problems);
}

function textProblems({ prompt, negativePrompt }: GenerationRequest): string[] {
  const texts = { prompt, ...(negativePrompt !== undefined && { negativePrompt }) };
  return Object.entries(texts).flatMap(([field, value]: [string, unknown]) =>
    typeof value === 'string' ? [] : [`${field} is ${typeof value}, expected text`],
  );
}

function numberProblems({ seed, steps, guidance }: GenerationRequest): string[] {
  const problems: string[] = [];
  if (!Number.isSafeInteger(seed) || seed < 0)
    problems.push(`seed is ${seed}, expected an integer from 0 to 2^53 - 1`);
  if (!Number.isInteger(steps) || steps < 1 || steps > MAX_STEPS) {
    problems.push(`steps is ${steps}, expected an integer from 1 to ${MAX_STEPS}`);
  }
  if (!Number.isFinite(guidance) || guidance < 0)
    problems.push(`guidance is ${guidance}, expected a number from 0 on`);
  return problems;
}

function sizeProblems(field: string, value: number, { sizeMultiple, maxSize }: RequestLimits): string[] {
  if (Number.isInteger(value) && value > 0 && value % sizeMultiple === 0 && value <= maxSize) return [];
  return [`${field} is ${value}, expected a multiple of ${sizeMultiple} up to ${maxSize}`];
}

function imageProblems({ image, strength }: GenerationRequest, limits: RequestLimits): string[] {
  if (image === undefined && strength === undefined) return [];
  const problems: string[] = [];
  if (!limits.canEncodeImages)
    problems.push('the model has no vae_encoder, so it cannot start from an image');
  if (strength === undefined) problems.push('an image is given without strength');
  else if (!(strength >= 0 && strength <= 1)) problems.push(`strength is ${strength}, expected 0 to 1`);
  if (image === undefined) problems.push('strength is given without an image');
  else if (!isPossible(image))
    problems.push(
      `the image is ${image.width}×${image.height} with ${image.data.length} bytes, expected 3 per pixel`,
    );
  return problems;
}

function isPossible({ data, width, height }: { data: Uint8Array; width: number; height: number }): boolean {
  return (
    Number.isInteger(width) &&
    Number.isInteger(height) &&
    width > 0 &&
    height > 0 &&
    data.length === width * height * 3
  );
}

function sequenceProblems({ maxSequenceLength: length }: GenerationRequest, limits: RequestLimits): string[] {
  if (length === undefined) return [];
  const { minSequenceLength: min } = limits;
  if (Number.isInteger(length) && length >= min && length <= MAX_SEQUENCE_LENGTH) return [];
  return [`maxSequenceLength is ${length}, expected an integer from ${min} to ${MAX_SEQUENCE_LENGTH}`];
}
