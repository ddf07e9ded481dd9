/**
 * Latents as a file: the checkpoint from which a rendition goes on, and what its preview is made of. The file says
 * its own shape, so that one cut short, or one of another model, is refused rather than denoised.
 *
 * Layout: `PGLT`, then channels, height and width as uint32, then the values as float32, all little-endian, CHW.
 */
import { endianness } from 'node:os';
import type { Latents } from '../diffusion/index.js';

const MAGIC = 'PGLT';
const HEADER_BYTES = 16;

/** The bytes of a latents file. Copies memory, not numbers: the device waits while this runs. */
export function encodeLatents({ data, channels, height, width }: Latents): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  [channels, height, width].forEach((size, index) => {
    header.writeUInt32LE(size, 4 + index * 4);
  });
  const values = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([header, inLittleEndian(values)]);
}

/** Reads a latents file back. Throws if it is not one, or is cut short. */
export function decodeLatents(bytes: Buffer): Latents {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC)
    throw new Error('not a latents file: it does not begin with PGLT');
  const [channels, height, width] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
  if (bytes.length !== HEADER_BYTES + channels * height * width * 4)
    throw new Error(
      `a damaged latents file: ${bytes.length} bytes cannot hold ${channels}×${height}×${width} values`,
    );
  const data = new Float32Array(channels * height * width);
  const values = Buffer.from(data.buffer);
  values.set(inLittleEndian(bytes.subarray(HEADER_BYTES)));
  return { data, channels, height, width };
}

const inLittleEndian = (values: Buffer): Buffer =>
  endianness() === 'LE' ? values : Buffer.from(values).swap32();
