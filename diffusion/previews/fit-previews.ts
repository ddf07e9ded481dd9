/**
 * Preview factors from a model's own VAE: pictures go through its encoder, and the linear map from latents to the
 * pictures' colours that errs least becomes `latent_rgb.json`. The error is told beside that of the family's published
 * set, both on pictures that took no part in the fit.
 */
import { ModelError } from '../errors.js';
import { partOpener } from '../families/parts.js';
import { openConfig } from '../model-directory/config-reader.js';
import { readModelIndex } from '../model-directory/model-index.js';
import { Problems } from '../model-directory/problems.js';
import { releaseSessions } from '../onnx/session.js';
import type { LoadOptions, PreviewFactors, RgbImage } from '../types.js';
import { readVaeConfig } from '../vae/vae-config.js';
import { LeastSquares } from './least-squares.js';
import { fromUnit, latentsToRgb, type PreviewPreset, previewPreset } from './preview.js';
import { type Pair, pairOf } from './preview-pairs.js';

export interface PreviewFit {
  readonly factors: readonly (readonly [number, number, number])[];
  readonly bias: readonly [number, number, number];
  /** Root mean square error on unseen pictures, on the 0…255 scale. */
  readonly error: number;
  /** The same for the family's preset; undefined when that has another number of channels. */
  readonly presetError: number | undefined;
}

/** One picture in so many is kept back to measure the error. */
const HELD_BACK = 4;

/**
 * Fits preview factors on the scale of `latent_rgb.json` (0…1).
 * @param pictures at least four
 * @throws ModelError when the directory has no usable vae_encoder
 */
export async function fitPreviews(
  directory: string,
  pictures: readonly RgbImage[],
  options: LoadOptions = {},
): Promise<PreviewFit> {
  if (pictures.length < HELD_BACK) throw new RangeError(`a fit needs at least ${HELD_BACK} pictures`);
  const index = await readModelIndex(directory);
  const problems = new Problems();
  const reader = await openConfig(directory, 'vae_decoder/config.json', problems);
  const config = reader && readVaeConfig(reader, problems);
  const open = partOpener(
    index,
    { executionProviders: options.executionProviders ?? ['cpu'], threads: options.threads },
    problems,
  );
  const encoder = await open.session('vae_encoder');
  try {
    if (!config || !encoder || problems.found.length > 0) throw new ModelError(directory, problems.found);
    const pairs: Pair[] = [];
    for (const picture of pictures) pairs.push(await pairOf(encoder, config, picture));
    return fitPairs(pairs, index.family === 'sd' ? 'sd15' : index.family);
  } finally {
    await releaseSessions(open.opened);
  }
}

function fitPairs(pairs: readonly Pair[], preset: PreviewPreset): PreviewFit {
  const training = pairs.filter((_, i) => i % HELD_BACK !== 0);
  const unseen = pairs.filter((_, i) => i % HELD_BACK === 0);
  const channels = pairs[0]?.latents.channels ?? 0;
  const squares = new LeastSquares(channels + 1, 3);
  for (const { latents, colours } of training) {
    const pixels = latents.width * latents.height;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const row = Array.from({ length: channels }, (_, c) => latents.data[c * pixels + pixel] ?? 0);
      squares.add(
        [...row, 1],
        Array.from(colours.data.subarray(pixel * 3, pixel * 3 + 3), (value) => value / 255),
      );
    }
  }
  const rows = squares.solve().map(([r = 0, g = 0, b = 0]) => [r, g, b] as const);
  const factors = rows.slice(0, -1);
  const bias = rows.at(-1) ?? ([0, 0, 0] as const);
  const published = previewPreset(preset);
  return {
    factors,
    bias,
    error: errorOf(unseen, fromUnit(factors, bias, 'fit')),
    presetError: published.factors.length === channels ? errorOf(unseen, published) : undefined,
  };
}

function errorOf(pairs: readonly Pair[], factors: PreviewFactors): number {
  let sum = 0;
  let count = 0;
  for (const { latents, colours } of pairs) {
    latentsToRgb(latents, factors).data.forEach((value, i) => {
      sum += (value - (colours.data[i] ?? 0)) ** 2;
      count++;
    });
  }
  return Math.sqrt(sum / Math.max(count, 1));
}
