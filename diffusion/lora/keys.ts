/**
 * Keys of LoRA files in all supported formats: module and matrix of each tensor, or the name of an unsupported kind. Formats differ
 * in the endings of their keys (`lora_A.weight`, `lora_down.weight`, `lora.down.weight`), so a file's format need not be detected
 * first.
 */

/** `down` maps inputs to the rank, `up` the rank to outputs; the product up × down is added to the weight. */
export type Matrix = 'down' | 'up' | 'alpha';

export interface LoraKey {
  /** Name of the module as written in the file, with its prefix. */
  readonly module: string;
  readonly matrix: Matrix;
}

const ENDINGS: readonly (readonly [RegExp, Matrix])[] = [
  // PEFT and diffusers
  [/\.lora_A(?:\.default)?\.weight$/, 'down'],
  [/\.lora_B(?:\.default)?\.weight$/, 'up'],
  // kohya
  [/\.lora_down\.weight$/, 'down'],
  [/\.lora_up\.weight$/, 'up'],
  // diffusers before PEFT: of a module, or of an attention's processor
  [/(?:[._]lora|\.lora_linear_layer)\.down\.weight$/, 'down'],
  [/(?:[._]lora|\.lora_linear_layer)\.up\.weight$/, 'up'],
  [/\.alpha$/, 'alpha'],
];

/** Module and matrix of a key; undefined if it is not one of a plain LoRA. */
export function readKey(key: string): LoraKey | undefined {
  for (const [ending, matrix] of ENDINGS)
    if (ending.test(key)) return { module: key.replace(ending, ''), matrix };
  return undefined;
}

/** Unsupported kinds, by their keys. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\.hada_/, 'LoHa'],
  [/\.lokr_/, 'LoKr'],
  [/\.dora_scale$|magnitude/, 'DoRA'],
  [/\.lora_mid\./, 'a convolution in three matrices (lora_mid)'],
  [/\.oft_|\.boft_/, 'OFT'],
  [/\.(?:diff|diff_b|set_weight)$/, 'whole weights (diff)'],
  [/\.(?:w_norm|b_norm)$/, 'weights of normalizations'],
  [/\.[ab][12]\.weight$/, 'GLoRA'],
  [/\.on_input$/, 'IA3'],
  [/lora_(?:A|B|up|down)\b.*\.bias$|\.lora\.(?:up|down)\.bias$/, 'biases'],
  [/^(?:emb_params|clip_[lg]|t5xxl|string_to_param.*|bundle_emb.*|<.+>)$/, 'a textual inversion'],
];

/** Name of the unsupported kind that a key belongs to; undefined for all other keys. */
export const kindOf = (key: string): string | undefined => KINDS.find(([names]) => names.test(key))?.[1];
