/**
 * The `parameters` text that image tools read from a PNG: prompt, negative prompt, then one line of settings. Text that a prompt
 * or a name contains must not be taken for a part of that form: values are quoted as stable-diffusion-webui does it
 * (`quote` in modules/infotext_utils.py), and a prompt keeps to its line.
 */
import { lorasText } from './loras.js';
import type { RenditionRequest } from './rendition.js';

/** What only the machine that generated the image knows. */
export interface EngineFacts {
  readonly scheduler: string;
  /** SHA-256 (hex) over the model directory, and over its LoRAs. */
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
    ['Long prompts', settings.longPrompts],
    ['Prompt syntax', settings.promptSyntax],
    ['LoRAs', lorasText(settings.model.loras)],
  ];
  const line = facts
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${quoted(String(value))}`]))
    .join(', ');
  const negative = settings.negativePrompt ? [`Negative prompt: ${oneLineOf(settings.negativePrompt)}`] : [];
  return [promptLine(settings.prompt), ...negative, line].join('\n');
}

const quoted = (value: string): string => (/[,:\n]/.test(value) ? JSON.stringify(value) : value);

/** Line ends mean no more to a tokenizer than spaces do; to a reader they end the prompt. */
function oneLineOf(text: string): string {
  const lines = text.split(/[\r\n\u2028\u2029]+/);
  return lines.length === 1
    ? text
    : lines
        .map((line) => line.trim())
        .join(' ')
        .trim();
}

function promptLine(prompt: string): string {
  const line = oneLineOf(prompt);
  return /^\s*(Negative prompt:|Steps: \d)/.test(line) ? JSON.stringify(line) : line;
}
