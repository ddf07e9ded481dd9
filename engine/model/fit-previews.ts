/**
 * `pregen model fit-previews`: writes `latent_rgb.json`, made from the model's own VAE.
 */

import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fitPreviews, ModelError, type PreviewFit, type RgbImage } from '../../diffusion/index.js';
import { drawnPictures } from './drawn-pictures.js';
import type { ModelOrder, ModelReply } from './protocol.js';
import { readPicture } from './read-picture.js';
import { loadOptions } from './settings.js';

type FitOrder = Extract<ModelOrder, { type: 'fit-previews' }>;

/** Files that may be pictures. */
const PICTURE = /\.(png|jpe?g|webp|tiff?|avif)$/i;
/** More pictures change nothing that can be seen. */
const MOST_PICTURES = 64;
/** One in four is kept back to measure the error. */
const FEWEST_PICTURES = 4;

export async function fitModelPreviews(order: FitOrder, note: (line: string) => void): Promise<ModelReply> {
  const pictures = order.images === undefined ? drawnPictures() : await readPictures(order.images);
  note(`${pictures.length} pictures`);
  const fitted = await fitPreviews(order.directory, pictures, loadOptions(order));
  const out = order.out ?? join(order.directory, 'latent_rgb.json');
  const { factors, bias } = fitted;
  await writeFile(out, `${JSON.stringify({ factors, bias }, null, 1)}\n`);
  return { type: 'result', data: { file: out, ...fitted }, text: describe(out, fitted), failed: false };
}

function describe(out: string, { error, presetError }: PreviewFit): string {
  const preset =
    presetError === undefined
      ? 'the published factors are for another number of channels'
      : `the published factors err by ${presetError.toFixed(1)}`;
  return `${out}: previews err by ${error.toFixed(1)} of 255 (root mean square, on pictures not used); ${preset}.`;
}

async function readPictures(folder: string): Promise<RgbImage[]> {
  const names = (await readdir(folder))
    .filter((name) => PICTURE.test(name))
    .sort()
    .slice(0, MOST_PICTURES);
  if (names.length < FEWEST_PICTURES)
    throw new ModelError(folder, [
      `it holds ${names.length} pictures, a fit needs at least ${FEWEST_PICTURES}`,
    ]);
  const pictures: RgbImage[] = [];
  for (const name of names) pictures.push(await readPicture(join(folder, name)));
  return pictures;
}
