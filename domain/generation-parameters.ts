/**
 * The `parameters` text that image tools read from a PNG: prompt, negative prompt, then one line of settings.
 */
import type { RenditionRequest } from './rendition.js';

/** What only the machine that generated the image knows. */
export interface EngineFacts {
  readonly scheduler: string;
  /** SHA-256 (hex) over the model directory. */
  readonly modelDigest: string;
}

/** Image tools show the first ten hex digits as "Model hash". */
const MODEL_HASH_DIGITS = 10;

/** Formats the generation parameters of a rendition in the form that image tools already read. */
export function generationParameters({ settings, seed }: RenditionRequest, engine: EngineFacts): string {
  const facts: [string, string | number | undefined][] = [
    ['Steps', settings.steps],
    ['Sampler', engine.scheduler],
    ['CFG scale', settings.guidance],
    ['Seed', seed],
    ['Size', `${settings.width}x${settings.height}`],
    ['Model hash', engine.modelDigest.slice(0, MODEL_HASH_DIGITS)],
    ['Model', settings.model.name],
    ['Denoising strength', settings.strength],
  ];
  const line = facts
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
    .join(', ');
  const negative = settings.negativePrompt ? [`Negative prompt: ${settings.negativePrompt}`] : [];
  return [settings.prompt, ...negative, line].join('\n');
}
