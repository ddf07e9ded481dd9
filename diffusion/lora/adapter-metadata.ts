/**
 * Alphas in the metadata of LoRA files saved by diffusers: PEFT's configuration as JSON, by part (`unet.lora_alpha`), with
 * exceptions for single modules (`unet.alpha_pattern`). Files in PEFT's format without this metadata have no alpha; their factor is
 * 1.
 */
import { isRecord } from '../../domain/is-record.js';

/** alpha / rank of a module; undefined if the metadata has no alpha for it. */
export type AdapterAlphas = (module: string, rank: number) => number | undefined;

/** Reads the metadata of a file. */
export function adapterAlphas(metadata: Readonly<Record<string, string>>): AdapterAlphas {
  const text = metadata.lora_adapter_metadata;
  if (text === undefined) return () => undefined;
  const settings = parse(text);
  return (module, rank) => {
    const [, part = '', name = ''] = /^(unet|transformer|text_encoder(?:_[23])?)\.(.+)$/.exec(module) ?? [];
    const alpha = patternFor(settings[`${part}.alpha_pattern`], name) ?? settings[`${part}.lora_alpha`];
    if (typeof alpha !== 'number') return undefined;
    return alpha / (settings[`${part}.use_rslora`] === true ? Math.sqrt(rank) : rank);
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // As without metadata.
  }
  return {};
}

/** A pattern is the name of a module, or the end of it. */
function patternFor(patterns: unknown, module: string): unknown {
  if (!isRecord(patterns)) return undefined;
  return Object.entries(patterns).find(([name]) => module === name || module.endsWith(`.${name}`))?.[1];
}
