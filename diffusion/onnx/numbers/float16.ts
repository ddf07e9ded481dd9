/**
 * IEEE half precision for models exported in fp16: Node 20 has no Float16Array, and ONNX Runtime takes
 * and gives such tensors as Uint16Array of their bits. Rounding is to nearest, ties to even, as in torch.
 */

/** float32 values to the bits of float16 values; out of range becomes Infinity, as in torch. */
export function toFloat16Bits(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = halfBits(values[i] ?? 0, bits[i] ?? 0);
  return halves;
}

/** Bits of float16 values to float32 values; exact. */
export function fromFloat16Bits(bits: Uint16Array): Float32Array {
  everyHalf ??= Float32Array.from({ length: 2 ** 16 }, (_, half) => halfValue(half));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < values.length; i++) values[i] = everyHalf[bits[i] ?? 0] ?? 0;
  return values;
}

/** The value of each of the 65,536 bit patterns: looked up, since a picture has millions and the device waits. */
let everyHalf: Float32Array | undefined;

/** @param bits of the same value as float32 */
function halfBits(value: number, bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds beyond 65504
  if (magnitude < 0x38800000) return sign | roundHalfEven(Math.abs(value) * 2 ** 24); // subnormal: units of 2^-24
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Nearest integer, ties to even: how torch and NumPy round. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
