/**
 * Refuses impossible requests at the door, before the device is busy: every problem at once, each with the
 * field, its value and what was expected.
 */
import type { ModelFamily } from '../domain/iterations.js';
import type { PreviewStyle } from '../domain/preview-style.js';
import { promptProblems, readingProblems } from '../domain/prompt-reading.js';
import { RequestError } from './errors.js';
import type { Checkpoint, GenerationRequest } from './types.js';

/** What a loaded model allows. */
export interface RequestLimits {
  readonly family: ModelFamily;
  readonly sizeMultiple: number;
  /** Largest width and height in pixels. */
  readonly maxSize: number;
  /** Why the model cannot start from an image; absent if it can. */
  readonly encoderProblem?: string;
  /** Fewest tokens of the T5 part: 1 with T5, 0 without. */
  readonly minSequenceLength: number;
  /** Tokens of a prompt that the network was exported for; absent if any number. */
  readonly fixedTokens?: number;
  /** What the scheduler allows. */
  readonly maxSteps: number;
  /** Whether there is a tiny decoder for previews. */
  readonly hasTaesd: boolean;
}

/** diffusers' own limit. */
const MAX_SEQUENCE_LENGTH = 512;

/** @throws RequestError naming every problem */
export function checkRequest(
  request: GenerationRequest,
  limits: RequestLimits,
  preview: PreviewStyle | undefined,
): void {
  const problems = [
    ...textProblems(request, limits),
    ...windowProblems(request, limits),
    ...numberProblems(request, limits),
    ...sizeProblems('width', request.width, limits),
    ...sizeProblems('height', request.height, limits),
    ...imageProblems(request, limits),
    ...sequenceProblems(request, limits),
    ...previewProblems(preview, limits),
  ];
  if (problems.length > 0) throw new RequestError(problems);
}

/**
 * @param historyLength arrays that the scheduler remembers after the checkpoint's step
 * @throws RequestError when the checkpoint is not one of this request
 */
export function checkCheckpoint(
  { step, latents, history = [] }: Checkpoint,
  iterations: number,
  shape: { readonly channels: number; readonly height: number; readonly width: number },
  historyLength: number,
): void {
  const problems: string[] = [];
  if (step !== iterations && history.length !== historyLength)
    problems.push(
      `the checkpoint has ${history.length} arrays of history, this scheduler needs ${historyLength} after step ${step}`,
    );
  if (!Number.isInteger(step) || step < 1 || step > iterations) {
    problems.push(`the checkpoint is of step ${step}, expected one of 1…${iterations}`);
  }
  for (const [what, array] of [
    ['latents', latents] as const,
    ...history.map((one) => ['history', one] as const),
  ]) {
    const expected = [shape.channels, shape.height, shape.width];
    const actual = [array.channels, array.height, array.width];
    const size = shape.channels * shape.height * shape.width;
    if (actual.join() === expected.join() && array.data.length === size) continue;
    const found = `${actual.join('×')} with ${array.data.length} values`;
    problems.push(`the checkpoint's ${what} are ${found}, expected ${expected.join('×')} with ${size}`);
  }
  if (problems.length > 0) throw new RequestError(problems);
}

function textProblems(request: GenerationRequest, { family }: RequestLimits): string[] {
  const { prompt, negativePrompt } = request;
  const texts = { prompt, ...(negativePrompt !== undefined && { negativePrompt }) };
  return [
    ...readingProblems(family, request).map(({ field, message }) => `${field} ${message}`),
    ...Object.entries(texts).flatMap(([field, value]: [string, unknown]) =>
      typeof value === 'string'
        ? promptProblems(value, request).map((problem) => `${field}, ${problem}`)
        : [`${field} is ${typeof value}, expected text`],
    ),
  ];
}

function windowProblems({ longPrompts }: GenerationRequest, { fixedTokens }: RequestLimits): string[] {
  if (longPrompts === undefined || fixedTokens === undefined) return [];
  return [
    `longPrompts cannot be used: the unet was exported for ${fixedTokens} tokens (models/export_model.py exports it for any number)`,
  ];
}

function numberProblems({ seed, steps, guidance }: GenerationRequest, { maxSteps }: RequestLimits): string[] {
  const problems: string[] = [];
  if (!Number.isSafeInteger(seed) || seed < 0)
    problems.push(`seed is ${seed}, expected an integer from 0 to 2^53 - 1`);
  if (!Number.isInteger(steps) || steps < 1 || steps > maxSteps) {
    problems.push(`steps is ${steps}, expected an integer from 1 to ${maxSteps}`);
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
  if (limits.encoderProblem !== undefined)
    problems.push(`${limits.encoderProblem}, so it cannot start from an image`);
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

function previewProblems(preview: PreviewStyle | undefined, { hasTaesd }: RequestLimits): string[] {
  if (preview?.kind !== 'taesd' || hasTaesd) return [];
  return [
    'previews are to be decoded by taesd, but the model has no taesd_decoder (models/export_model.py --taesd adds one)',
  ];
}

function sequenceProblems({ maxSequenceLength: length }: GenerationRequest, limits: RequestLimits): string[] {
  if (length === undefined) return [];
  const { minSequenceLength: min } = limits;
  if (Number.isInteger(length) && length >= min && length <= MAX_SEQUENCE_LENGTH) return [];
  return [`maxSequenceLength is ${length}, expected an integer from ${min} to ${MAX_SEQUENCE_LENGTH}`];
}
