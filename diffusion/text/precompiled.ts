/**
 * SentencePiece's precompiled character map (the `Precompiled` normalizer in T5's tokenizer.json), exactly as
 * the Rust tokenizers apply it (crate spm_precompiled); @huggingface/tokenizers only approximates it. The map
 * is a Darts double-array trie from UTF-8 sequences to offsets in a pool of NUL-terminated replacements.
 */
import { isRecord } from '../../domain/is-record.js';

/** Longer graphemes are mapped character by character, as in the Rust code. */
const MAX_GRAPHEME_BYTES = 5;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** A tokenizer.json without its character map, and the function that does the map's work. */
export function takeCharsMap(json: Record<string, unknown>): {
  readonly json: Record<string, unknown>;
  readonly normalize: (text: string) => string;
} {
  const steps = normalizers(json.normalizer);
  const [first] = steps;
  if (!isRecord(first) || first.type !== 'Precompiled' || typeof first.precompiled_charsmap !== 'string') {
    return { json, normalize: (text) => text };
  }
  const map = new CharsMap(Buffer.from(first.precompiled_charsmap, 'base64'));
  const rest = { type: 'Sequence', normalizers: steps.slice(1) };
  return { json: { ...json, normalizer: rest }, normalize: (text) => map.normalize(text) };
}

class CharsMap {
  private readonly trie: Uint32Array;
  private readonly pool: Buffer;

  /** @param blob size of the trie in bytes (32 bits, little endian), the trie, the pool */
  constructor(blob: Buffer) {
    const size = blob.readUInt32LE(0);
    this.trie = Uint32Array.from({ length: size / 4 }, (_, i) => blob.readUInt32LE(4 + 4 * i));
    this.pool = blob.subarray(4 + size);
  }

  normalize(text: string): string {
    return Array.from(graphemes.segment(text), ({ segment }) => this.mapGrapheme(segment)).join('');
  }

  private mapGrapheme(grapheme: string): string {
    const whole = Buffer.byteLength(grapheme) <= MAX_GRAPHEME_BYTES ? this.replacement(grapheme) : undefined;
    return whole ?? Array.from(grapheme, (character) => this.replacement(character) ?? character).join('');
  }

  /** Replacement of the shortest mapped prefix (so does the Rust code), for the whole chunk. */
  private replacement(chunk: string): string | undefined {
    let position = offset(this.unit(0));
    for (const byte of Buffer.from(chunk)) {
      position ^= byte;
      const unit = this.unit(position);
      if (byte === 0 || (unit & 0x800000ff) !== byte) return undefined;
      position ^= offset(unit);
      if (unit & 0x100) return this.pooled(this.unit(position) & 0x7fffffff);
    }
    return undefined;
  }

  private pooled(start: number): string {
    const end = this.pool.indexOf(0, start);
    return this.pool.toString('utf8', start, end === -1 ? this.pool.length : end);
  }

  private unit(position: number): number {
    return this.trie[position] ?? 0;
  }
}

/** Darts-clone unit: 22 bits of offset, scaled by 256 when bit 9 is set. */
function offset(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function normalizers(normalizer: unknown): unknown[] {
  if (!isRecord(normalizer)) return [];
  return Array.isArray(normalizer.normalizers) ? normalizer.normalizers : [normalizer];
}
