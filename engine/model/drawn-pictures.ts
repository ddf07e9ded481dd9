/**
 * Pictures to fit previews with when none are given: soft gradients between colours from all over the cube, with hard
 * edges. Always the same ones.
 */
import type { RgbImage } from '../../diffusion/index.js';

const COUNT = 16;
const SIZE = 256;
/** Waves across a picture. */
const WAVES = 3;

export function drawnPictures(): RgbImage[] {
  return Array.from({ length: COUNT }, (_, index) => draw(index));
}

function draw(index: number): RgbImage {
  const data = new Uint8Array(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) data.set(colourAt(index, x / SIZE, y / SIZE), (y * SIZE + x) * 3);
  }
  return { data, width: SIZE, height: SIZE };
}

function colourAt(index: number, x: number, y: number): number[] {
  const edge = Math.floor(x * 4 + index) % 2 === Math.floor(y * 4) % 2 ? 0.25 : 0;
  return [0, 1, 2].map((channel) => {
    const angle =
      2 *
      Math.PI *
      (WAVES * (x * Math.cos(index + channel) + y * Math.sin(index * 2 + channel)) + index / COUNT);
    return Math.round(255 * (0.125 + 0.75 * (0.5 + 0.5 * Math.sin(angle)) * (1 - edge) + edge * 0.5));
  });
}
