/**
 * Text chunks of a PNG, in which image tools look for the generation parameters.
 *
 * PNG specification, third edition: chunk layout 5.3, tEXt 11.3.3.2 (Latin-1), iTXt 11.3.3.4 (UTF-8), CRC annex D.
 * Readers disagree about accents in tEXt (libvips takes them for UTF-8), so anything beyond ASCII goes into iTXt.
 */
import { crc32 } from './crc32.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Length, type and CRC around a chunk's data. */
const CHUNK_OVERHEAD_BYTES = 12;

/** Adds a text under `keyword` (1 to 79 Latin-1 characters) behind the header of a PNG; same input, same bytes. */
export function withText(png: Buffer, keyword: string, text: string): Buffer {
  if (!png.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error('not a PNG');
  const headerEnd = SIGNATURE.length + CHUNK_OVERHEAD_BYTES + png.readUInt32BE(SIGNATURE.length);
  return Buffer.concat([png.subarray(0, headerEnd), textChunk(keyword, text), png.subarray(headerEnd)]);
}

function textChunk(keyword: string, text: string): Buffer {
  const name = Buffer.from(keyword, 'latin1');
  // Control characters other than line feed are not allowed in tEXt.
  if (/^[\n\u0020-\u007e]*$/.test(text))
    return chunk('tEXt', [name, Buffer.from([0]), Buffer.from(text, 'latin1')]);
  // Terminator, uncompressed, compression method, empty language tag, empty translated keyword.
  return chunk('iTXt', [name, Buffer.from([0, 0, 0, 0, 0]), Buffer.from(text, 'utf8')]);
}

function chunk(type: string, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...parts]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(body.length - 4, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}
