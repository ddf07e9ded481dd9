import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeLivePicture } from '../../activities/denoise/live-picture.js';
import { PictureMaker } from '../../activities/denoise/picture-maker.js';
import type { RgbImage } from '../../diffusion/index.js';
import { type LivePicture, readHeartbeat } from '../../domain/denoise-heartbeat.js';
import { makeGate } from '../support/gate.js';

/** Noise, which no format compresses; each value depends on its position. */
function noise(width: number, height: number): RgbImage {
  const value = (index: number) => Math.imul(index ^ (index >>> 7), 0x9e3779b1) >>> 24;
  return { data: Uint8Array.from({ length: width * height * 3 }, (_, index) => value(index)), width, height };
}

const decoded = (webp: string | undefined) => sharp(Buffer.from(webp ?? '', 'base64')).metadata();

describe('the picture in a heartbeat', () => {
  it.each([
    [128, 128],
    [1024, 1024],
    [160, 90],
    [64, 4096],
    [4096, 64],
  ])('is a small WebP of a kilobyte at most, even of noise of %i×%i', async (width, height) => {
    const webp = await encodeLivePicture(noise(width, height));
    expect(webp?.length).toBeLessThanOrEqual(1400);
    const found = await decoded(webp);
    expect(found.format).toBe('webp');
    expect(Math.max(found.width, found.height)).toBeLessThanOrEqual(96);
    expect(Math.sign(found.width - found.height)).toBe(Math.sign(width - height));
  });

  it('is not enlarged', async () => {
    expect(await decoded(await encodeLivePicture(noise(16, 8)))).toMatchObject({ width: 16, height: 8 });
  });

  it('gets a lower quality, then a smaller size, until it is short enough; if that is impossible it is left out', async () => {
    const sizeAt = async (limit: number) => {
      const webp = await encodeLivePicture(noise(96, 96), limit);
      return webp && { fits: webp.length <= limit, width: (await decoded(webp)).width };
    };
    expect(await sizeAt(6000)).toEqual({ fits: true, width: 96 });
    expect(await sizeAt(3000)).toEqual({ fits: true, width: 64 });
    expect(await sizeAt(1200)).toEqual({ fits: true, width: 48 });
    expect(await sizeAt(100)).toBeUndefined();
  });

  it('is left out when it is read and is malformed; the rest of the heartbeat is kept', () => {
    const beat = { phase: 'denoising', step: 3, of: 6, at: '2026-01-01T00:00:00Z', spoolId: 'a' };
    const picture = { step: 3, webp: 'UklGRg==' };
    expect(readHeartbeat({ ...beat, picture })).toMatchObject({ picture });
    for (const webp of ['"><script>', 'A'.repeat(4100), '', 7])
      expect(readHeartbeat({ ...beat, picture: { ...picture, webp } })).toEqual(beat);
  });
});

describe('live pictures', () => {
  /** Returns the results of the maker one by one. */
  function listen() {
    const told: (LivePicture | undefined)[] = [];
    const waiting: (() => void)[] = [];
    const maker = new PictureMaker((picture) => {
      told.push(picture);
      waiting.shift()?.();
    });
    return { maker, told, next: () => new Promise<void>((resolve) => waiting.push(resolve)) };
  }

  it('are made one at a time, of the newest step; steps in between are skipped', async () => {
    const { maker, told, next } = listen();
    const gate = makeGate();
    const looked: number[] = [];
    const step = (number: number) => ({
      step: number,
      pixels: async () => {
        looked.push(number);
        await gate.open;
        return noise(8, 8);
      },
    });
    expect([1, 2, 3, 4].map((number) => maker.offer(step(number)))).toEqual([true, false, false, false]);
    expect(looked).toEqual([1]);
    gate.release();
    await next();
    await next();
    maker.stop();
    expect(told.map((picture) => picture?.step)).toEqual([1, 4]);
    expect(looked).toEqual([1, 4]);
  });

  it('that fail do not stop the next ones', async () => {
    const { maker, told, next } = listen();
    maker.offer({ step: 1, pixels: () => Promise.reject(new Error('the checkpoint is gone')) });
    await next();
    maker.offer({ step: 2, pixels: async () => noise(8, 8) });
    await next();
    maker.stop();
    expect(told.map((picture) => picture?.step)).toEqual([undefined, 2]);
  });

  it('are not reported after the end', async () => {
    const { maker, told } = listen();
    const gate = makeGate();
    maker.offer({ step: 1, pixels: () => gate.open.then(() => undefined) });
    maker.stop();
    gate.release();
    await new Promise(setImmediate);
    expect(told).toEqual([]);
    expect(maker.offer({ step: 2, pixels: async () => noise(8, 8) })).toBe(false);
  });
});
