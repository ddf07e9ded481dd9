/** The heartbeats of an image, as `denoise` sends them, without an image. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DenoiseHeartbeats } from '../../../activities/denoise/denoise-heartbeats.js';
import type { RgbImage } from '../../../diffusion/index.js';

const STEP_MS = 125;
const SIDE = 128;
/** Made beforehand: making them is not what is measured. */
const PICTURES = Array.from({ length: 8 }, (_, step) => picture(step));

/** Tells steps for so long. The pictures are as hard to compress as half-way through an image. */
export async function beatFor(seconds: number, { pictures = false } = {}): Promise<void> {
  const of = (seconds * 1000) / STEP_MS;
  const facts = () => ({ at: new Date().toISOString(), spoolId: 'bench', runsOn: 'cpu' });
  const heartbeats = new DenoiseHeartbeats({ phase: 'queued', step: 0, of }, facts);
  try {
    for (let step = 1; step <= of; step++) {
      await sleep(STEP_MS);
      const shown = { step, pixels: async () => PICTURES[step % PICTURES.length] };
      heartbeats.say({ phase: 'denoising', step, of }, pictures ? shown : undefined);
    }
  } finally {
    heartbeats.stop();
  }
}

function picture(step: number): RgbImage {
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE)];
    return 128 + 60 * Math.sin(x / 9 + (i % 3)) + 30 * Math.cos(y / 7 + step) + 30 * Math.sin(i * i);
  });
  return { data, width: SIDE, height: SIDE };
}
