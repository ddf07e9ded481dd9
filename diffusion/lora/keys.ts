/**
 * What the keys of a LoRA file say, in every way of writing them: which module's matrix each tensor is, or what else it is. The formats
 * differ in how they end (`lora_A.weight`, `lora_down.weight`, `lora.down.weight`), so that need not be guessed beforehand.
 */

/** `down` makes few numbers of many, `up` many of few; their product is added to the weight. */
export type Matrix = 'down' | 'up' | 'alpha';

export interface LoraKey {
  /** The module's name as the file writes it, with its prefix. */
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

/** Undefined for a tensor that is no plain LoRA's. */
export function readKey(key: string): LoraKey | undefined {
  for (const [ending, matrix] of ENDINGS)
    if (ending.test(key)) return { module: key.replace(ending, ''), matrix };
  return undefined;
}

/** What is not a plain LoRA, by the names of its tensors. */
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

/** By which name people know it; undefined if it is nothing that is known here. */
export const kindOf = (key: string): string | undefined => KINDS.find(([names]) => names.test(key))?.[1];
