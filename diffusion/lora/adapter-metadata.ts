/**
 * How diffusers writes a LoRA's alphas since it keeps PEFT's configuration: as JSON in the file's metadata, part by part
 * (`unet.lora_alpha`), with exceptions for single modules (`unet.alpha_pattern`). Without it, a file in PEFT's format has no alpha, and
 * the factor is 1.
 */
import { isRecord } from '../../domain/is-record.js';

/** The factor of a module of this rank; undefined where the metadata says nothing. */
export type AdapterAlphas = (module: string, rank: number) => number | undefined;

/** Reads a file's metadata. */
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
    // Nothing is known then.
  }
  return {};
}

/** A pattern names a module, or the end of its name. */
function patternFor(patterns: unknown, module: string): unknown {
  if (!isRecord(patterns)) return undefined;
  return Object.entries(patterns).find(([name]) => module === name || module.endsWith(`.${name}`))?.[1];
}
