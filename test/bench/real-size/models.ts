/** Models of real size and random weights, and what each is measured with. */

export interface RealModel {
  /** A shape that `random_pipelines.py` knows. */
  readonly shape: 'sd15' | 'sdxl' | 'sd35' | 'sd35-t5' | 'flux';
  readonly dtype: 'fp16' | 'fp32';
  /** Pixels. */
  readonly side: number;
  readonly steps: number;
  /** Above 1 both the prompt and the empty one are computed. */
  readonly guidance: number;
}

const SMALL = { side: 512, steps: 2, guidance: 5 };

/** By the name of their benchmark, which follows `real-size-`. */
export const REAL_MODELS = {
  'sd15-fp16': { shape: 'sd15', dtype: 'fp16', ...SMALL },
  'sd15-fp32': { shape: 'sd15', dtype: 'fp32', ...SMALL },
  'sdxl-fp16': { shape: 'sdxl', dtype: 'fp16', ...SMALL },
  'sdxl-fp32': { shape: 'sdxl', dtype: 'fp32', ...SMALL },
  'sdxl-fp16-1024': { shape: 'sdxl', dtype: 'fp16', side: 1024, steps: 1, guidance: 1 },
  'sd35-fp16': { shape: 'sd35', dtype: 'fp16', ...SMALL },
  'sd35-t5-fp16': { shape: 'sd35-t5', dtype: 'fp16', ...SMALL },
  'flux-fp16': { shape: 'flux', dtype: 'fp16', ...SMALL, guidance: 3.5 },
} as const satisfies Readonly<Record<string, RealModel>>;
