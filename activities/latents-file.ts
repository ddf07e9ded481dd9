/**
 * Latents as a file: the checkpoint from which a rendition goes on, and what its preview is made of. The file says
 * its own shape, so that one cut short, or one of another model, is refused rather than denoised.
 *
 * Layout: `PGLT`, then channels, height and width as uint32, then the values as float32, all little-endian, CHW.
 */
import type { Latents } from '../diffusion/index.js';

const MAGIC = 'PGLT';
const HEADER_BYTES = 16;

/** The bytes of a latents file. */
export function encodeLatents({ data, channels, height, width }: Latents): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + data.length * 4);
  bytes.write(MAGIC, 'latin1');
  [channels, height, width].forEach((size, index) => {
    bytes.writeUInt32LE(size, 4 + index * 4);
  });
  data.forEach((value, index) => {
    bytes.writeFloatLE(value, HEADER_BYTES + index * 4);
  });
  return bytes;
}

/** Reads a latents file back. Throws if it is not one, or is cut short. */
export function decodeLatents(bytes: Buffer): Latents {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC)
    throw new Error('not a latents file: it does not begin with PGLT');
  const [channels, height, width] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
  const values = channels * height * width;
  if (bytes.length !== HEADER_BYTES + values * 4)
    throw new Error(
      `a damaged latents file: ${bytes.length} bytes cannot hold ${channels}×${height}×${width} values`,
    );
  const data = new Float32Array(values);
  for (let index = 0; index < values; index++) data[index] = bytes.readFloatLE(HEADER_BYTES + index * 4);
  return { data, channels, height, width };
}
