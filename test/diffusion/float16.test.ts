/** Half precision: every value of it, and how float32 values are rounded to it. */
import { expect, it } from 'vitest';
import { fromFloat16Bits, toFloat16Bits } from '../../diffusion/onnx/numbers/float16.js';

const halves = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

it('converts each of the 65,536 values to float32 and back without change', () => {
  const back = toFloat16Bits(fromFloat16Bits(halves));
  const changed = halves.filter((bits, index) => back[index] !== bits);
  // The others are encodings of NaN, which all come back as one of two.
  expect(changed.every((bits) => (bits & 0x7fff) > 0x7c00)).toBe(true);
});

it('rounds to the nearest value, ties to even, and beyond the largest to Infinity', () => {
  const cases = [
    [1, 0x3c00],
    [-2, 0xc000],
    [0, 0],
    [-0, 0x8000],
    [1 + 2 ** -11, 0x3c00], // halfway to the next: the even one below
    [1 + 3 * 2 ** -11, 0x3c02], // halfway: the even one above
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -24, 0x0002],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NaN, 0x7e00],
  ] as const;
  const values = Float32Array.from(cases, ([value]) => value);
  expect([...toFloat16Bits(values)]).toEqual(cases.map(([, bits]) => bits));
});

it('converts a part of a larger array', () => {
  const whole = Float32Array.of(5, 1, -2, 5);
  expect([...toFloat16Bits(whole.subarray(1, 3))]).toEqual([0x3c00, 0xc000]);
});
