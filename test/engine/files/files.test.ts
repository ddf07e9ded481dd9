import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../engine/files/crc32.js';
import { decodeCheckpoint, decodeLatents, encodeLatents } from '../../../engine/files/latents-file.js';
import { decodePicture, encodePng } from '../../../engine/files/png.js';
import { withText } from '../../../engine/files/png-text.js';

const pixels = { data: Uint8Array.from({ length: 4 * 3 * 3 }, (_, index) => index * 7), width: 4, height: 3 };

describe('a latents file', () => {
  const latents = { data: Float32Array.from([1, -2.5, 3e-9, 4, 5, 6]), channels: 1, height: 2, width: 3 };

  it('returns shape and bits as they were written', () => {
    // Also when read from the middle of a larger buffer.
    const data = new Float32Array([9, ...latents.data, 9]).subarray(1, 7);
    expect(decodeLatents(encodeLatents({ ...latents, data }))).toEqual(latents);
  });

  it('also contains the history of a multistep scheduler', () => {
    const history = [latents, { ...latents, data: latents.data.map((x) => -x) }];
    expect(decodeCheckpoint(encodeLatents(latents, history))).toEqual({ latents, history });
    expect(decodeCheckpoint(encodeLatents(latents))).toEqual({ latents });
    expect(decodeLatents(encodeLatents(latents, history))).toEqual(latents);
  });

  it('has the documented layout', () => {
    const bytes = encodeLatents(latents);
    expect(bytes.subarray(0, 16).toString('hex')).toBe('50474c54010000000200000003000000');
    expect(bytes.readFloatLE(16 + 4)).toBe(-2.5);
    expect(bytes).toHaveLength(16 + 24);
  });

  it('is refused if it is cut short, or is another kind of file', () => {
    expect(() => decodeCheckpoint(encodeLatents(latents, [latents]).subarray(0, -4))).toThrow('damaged');
    expect(() => decodeLatents(encodeLatents(latents).subarray(0, 30))).toThrow(
      'a damaged latents file: 30 bytes cannot hold 1×2×3 values',
    );
    expect(() => decodeLatents(Buffer.from('PNG'))).toThrow('not a latents file');
  });
});

describe('a PNG', () => {
  it('holds the pixels exactly, and is the same bytes every time', async () => {
    const png = await encodePng(pixels, 'a boat');
    expect(png).toEqual(await encodePng(pixels, 'a boat'));
    const { data, width, height } = await decodePicture(png);
    expect({ data: [...data], width, height }).toEqual({ ...pixels, data: [...pixels.data] });
  });

  it.each([
    ['plain text', 'a boat\nSteps: 4', 'tEXt'],
    ['accents', 'café', 'iTXt'],
    ['other scripts and emoji', '船 ⛵ 🎨', 'iTXt'],
    ['control characters', 'a\u0007b', 'iTXt'],
    ['nothing', '', 'tEXt'],
  ])('carries %s in a chunk that readers find', async (_what, text, type) => {
    const png = await encodePng(pixels, text);
    // Directly behind the header chunk (8 + 25 bytes), its checksum over type and data.
    const length = png.readUInt32BE(33);
    expect(png.toString('latin1', 37, 41)).toBe(type);
    expect(png.readUInt32BE(41 + length)).toBe(crc32(png.subarray(37, 41 + length)));
    const { comments } = await sharp(png).metadata();
    expect(comments).toEqual([{ keyword: 'parameters', text }]);
  });

  it('has the checksum of the PNG specification', () => {
    // The CRC of an empty IEND chunk, as every PNG ends with it.
    expect(crc32(Buffer.from('IEND'))).toBe(0xae426082);
  });

  it('is the only format that a text is written into', () => {
    expect(() => withText(Buffer.from('GIF89a..'), 'parameters', 'x')).toThrow('not a PNG');
  });

  it.each([
    ['greyscale', { channels: 3 as const, background: '#808080' }, true],
    ['transparency', { channels: 4 as const, background: { r: 200, g: 100, b: 50, alpha: 0.5 } }, false],
  ])('with %s is read as three colour channels', async (_what, create, grey) => {
    const image = sharp({ create: { width: 8, height: 4, ...create } });
    const bytes = await (grey ? image.greyscale() : image).png().toBuffer();
    const { data, width, height } = await decodePicture(bytes);
    expect(data).toHaveLength(width * height * 3);
  });
});
