/** The linear previews: exactly the required weights, clamped and truncated. */
import { expect, it } from 'vitest';
import { latentsToRgb, previewPreset } from '../../diffusion/index.js';
import { fromUnit } from '../../diffusion/previews/preview.js';

function onePixel(...values: number[]) {
  return { data: Float32Array.from(values), channels: values.length, height: 1, width: 1 };
}

it.each(['sd15', 'sdxl'] as const)(
  'maps four channels with the weights of the source document (%s)',
  (name) => {
    const rgb = (...values: number[]) =>
      Array.from(latentsToRgb(onePixel(...values), previewPreset(name)).data);
    expect(rgb(0, 0, 0, 0)).toEqual([150, 140, 130]);
    expect(rgb(1, 0, 0, 0)).toEqual([210, 200, 190]);
    expect(rgb(0, 1, 0, 0)).toEqual([90, 135, 140]);
    expect(rgb(0, 0, 1, 0)).toEqual([175, 155, 125]);
    expect(rgb(0, 0, 0, 1)).toEqual([80, 90, 95]);
  },
);

it('clamps to 0…255 and truncates instead of rounding', () => {
  const factors = fromUnit([[1, 1, 1]], [0, 0, 0], 'test');
  const values = [-3, 0.9999 / 255, 254.9999 / 255, 7].map((v) => latentsToRgb(onePixel(v), factors).data[0]);
  expect(values).toEqual([0, 0, 254, 255]);
});

it.each([
  ['sd3', 127],
  ['flux', 130],
] as const)('has factors for the 16 channels of %s, on the 0…255 scale', (name, red) => {
  const preset = previewPreset(name);
  expect(preset.factors).toHaveLength(16);
  expect(latentsToRgb(onePixel(...new Array<number>(16).fill(0)), preset).data[0]).toBe(red);
});

it('keeps the order of rows and columns', () => {
  const latents = { data: Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1), channels: 1, height: 2, width: 3 };
  const { data, width, height } = latentsToRgb(latents, fromUnit([[1, 0, 0]], [0, 0, 0], 'test'));
  expect([width, height]).toEqual([3, 2]);
  expect(Array.from(data).filter((_, i) => i % 3 === 0)).toEqual([0, 51, 102, 153, 204, 255]);
});

it('refuses factors for another number of channels', () => {
  expect(() => latentsToRgb(onePixel(0, 0, 0, 0), previewPreset('sd3'))).toThrow('16 channels, latents 4');
});
