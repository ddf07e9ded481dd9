/**
 * Latents as a file: the checkpoint from which a rendition goes on, and what its preview is made of. The file says
 * its own shape, so that one cut short, or one of another model, is refused rather than denoised.
 *
 * Layout: `PGLT`, then channels, height and width as uint32, then the values as float32, all little-endian, CHW. What
 * a multistep scheduler remembers follows as further arrays of the same shape.
 */
import { endianness } from 'node:os';
import type { Latents } from '../../diffusion/index.js';

const MAGIC = 'PGLT';
const HEADER_BYTES = 16;

/** The bytes of a latents file. @param history what the scheduler remembers, in the latents' shape */
export function encodeLatents(latents: Latents, history: readonly Latents[] = []): Buffer<ArrayBuffer> {
  const { channels, height, width } = latents;
  const arrays = [latents, ...history].map(({ data }) => data);
  const bytes = Buffer.alloc(HEADER_BYTES + arrays.reduce((sum, data) => sum + data.length * 4, 0));
  bytes.write(MAGIC, 'latin1');
  [channels, height, width].forEach((size, index) => {
    bytes.writeUInt32LE(size, 4 + index * 4);
  });
  let at = HEADER_BYTES;
  for (const data of arrays) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  turnToLittleEndian(bytes.subarray(HEADER_BYTES));
  return bytes;
}

/** Reads a latents file back, without its history. Throws if it is not one, or is cut short. */
export function decodeLatents(bytes: Buffer): Latents {
  return readArrays(bytes, 1)[0];
}

/** Reads a latents file back with everything needed to go on. Throws if it is not one, or is cut short. */
export function decodeCheckpoint(bytes: Buffer): { latents: Latents; history?: Latents[] } {
  const [latents, ...history] = readArrays(bytes, Number.POSITIVE_INFINITY);
  return { latents, ...(history.length > 0 && { history }) };
}

function readArrays(bytes: Buffer, most: number): [Latents, ...Latents[]] {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC)
    throw new Error('not a latents file: it does not begin with PGLT');
  const [channels, height, width] = [bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
  const arrayBytes = channels * height * width * 4;
  const count = (bytes.length - HEADER_BYTES) / arrayBytes;
  if (!Number.isInteger(count) || count < 1)
    throw new Error(
      `a damaged latents file: ${bytes.length} bytes cannot hold ${channels}×${height}×${width} values`,
    );
  const read = (index: number) => ({
    data: floats(bytes, HEADER_BYTES + index * arrayBytes, arrayBytes / 4),
    channels,
    height,
    width,
  });
  return [read(0), ...Array.from({ length: Math.min(count, most) - 1 }, (_, index) => read(index + 1))];
}

function floats(bytes: Buffer, at: number, count: number): Float32Array {
  const data = new Float32Array(count);
  const copied = Buffer.from(data.buffer);
  copied.set(bytes.subarray(at, at + copied.length));
  turnToLittleEndian(copied);
  return data;
}

/** From the machine's own order of bytes, or back: nothing to do on all but a few. Value by value it would take a millisecond. */
function turnToLittleEndian(values: Buffer): void {
  if (endianness() === 'BE') values.swap32();
}
