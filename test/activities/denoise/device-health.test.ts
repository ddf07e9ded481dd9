/** When a device takes itself off the queue, and how it comes back. */
import { beforeEach, describe, expect, test } from 'vitest';
import { DeviceHealth } from '../../../activities/denoise/device-health.js';

let now = 0;
let said: string[] = [];
let health: DeviceHealth;
beforeEach(() => {
  now = 1_000_000;
  said = [];
  health = new DeviceHealth({
    who: 'This machine',
    pauseMs: 30_000,
    report: (change) => said.push(change),
    now: () => now,
  });
});

const fail = (...images: string[]) => images.map((image) => health.failed(image, 'one-of-several', 'NaN'));

describe('a device', () => {
  test('on which three images in a row fail takes none for half a minute, and says why', () => {
    fail('a', 'b');
    expect(health.admits('d')).toBe(true);
    fail('c');
    expect(health.admits('d')).toBe(false);
    expect(health.waitMs).toBe(30_000);
    expect(said).toEqual([
      'This machine takes no images for 30 s, then tries one: 3 images in a row failed here, the last: NaN',
    ]);
  });

  test('on which one image fails again and again goes on with others', () => {
    fail('a', 'a', 'a', 'a');
    expect(health.admits('b')).toBe(true);
  });

  test('that makes an image in between goes on', () => {
    fail('a', 'b');
    health.finished('c');
    fail('d', 'e');
    expect(health.admits('f')).toBe(true);
  });

  test('that cannot load a model is off at once', () => {
    health.failed('a', 'enough', 'no such file: unet/model.onnx');
    expect(health.waitMs).toBe(30_000);
    expect(said.join()).toContain('an image failed here: no such file: unet/model.onnx');
  });

  test('is not suspected of what is known to be the image', () => {
    for (const image of ['a', 'b', 'c', 'd']) health.failed(image, 'none', 'NaN');
    expect(health.admits('e')).toBe(true);
  });

  test('that is off is not punished for images that had begun before', () => {
    fail('a', 'b', 'c', 'd', 'e');
    now += 30_000;
    expect(health.waitMs).toBe(0);
    expect(said).toHaveLength(1);
  });
});

describe('after its pause, a device', () => {
  beforeEach(() => {
    fail('a', 'b', 'c');
    now += 30_000;
  });

  test('tries one image at a time, and takes all again when it succeeds', () => {
    expect(health.admits('d')).toBe(true);
    expect([health.admits('e'), health.admits('d')]).toEqual([false, true]);
    health.finished('d');
    expect([health.admits('e'), health.admits('f')]).toEqual([true, true]);
    expect(said.at(-1)).toBe('This machine has finished an image and takes images again.');
  });

  test('is off for twice as long when the trial fails, ten minutes at most, and at half a minute again after a success', () => {
    const pauses = Array.from({ length: 6 }, () => {
      health.admits('d');
      fail('d');
      const { waitMs } = health;
      now += waitMs;
      return waitMs / 1000;
    });
    expect(pauses).toEqual([60, 120, 240, 480, 600, 600]);
    health.finished('d');
    fail('a', 'b', 'c');
    expect(health.waitMs).toBe(30_000);
  });

  test('tries another image when the first one was cancelled', () => {
    health.admits('d');
    health.left('d');
    expect(health.admits('e')).toBe(true);
  });
});

test('a device remembers whether it has made another image since this one failed', () => {
  expect(fail('a')).toEqual([false]);
  expect(fail('a')).toEqual([false]);
  health.finished('b');
  expect(fail('a')).toEqual([true]);
  expect(fail('a')).toEqual([false]);
  health.finished('a');
  expect(fail('a')).toEqual([false]);
});
