/**
 * Reads the text chunks of a PNG, where image tools store how an image was generated. Of a damaged file it returns the
 * chunks before the damage.
 *
 * Format: https://www.w3.org/TR/png-3/ §5.3 (chunk layout), §11.3.3 (tEXt, zTXt, iTXt).
 */
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** Text by keyword. */
export async function readPngTexts(png: ArrayBuffer): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const { type, data } of chunksOf(new Uint8Array(png))) {
    const text = await textOf(type, data).catch(() => undefined);
    if (text !== undefined) texts.set(text.keyword, text.value);
  }
  return texts;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

function* chunksOf(bytes: Uint8Array<ArrayBuffer>): Generator<Chunk> {
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte)) return;
  const view = new DataView(bytes.buffer);
  for (let offset = SIGNATURE.length; offset + 12 <= bytes.length; ) {
    const length = view.getUint32(offset);
    const end = offset + 8 + length;
    if (end + 4 > bytes.length) return;
    yield { type: latin1(bytes.subarray(offset + 4, offset + 8)), data: bytes.subarray(offset + 8, end) };
    offset = end + 4;
  }
}

interface Text {
  readonly keyword: string;
  readonly value: string;
}

async function textOf(type: string, data: Uint8Array<ArrayBuffer>): Promise<Text | undefined> {
  if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') return undefined;
  const [keyword, rest] = split(data);
  if (type === 'tEXt') return { keyword: latin1(keyword), value: latin1(rest) };
  if (type === 'zTXt') return { keyword: latin1(keyword), value: latin1(await inflate(rest.subarray(1))) };
  const compressed = rest[0] === 1;
  const [, afterLanguage] = split(rest.subarray(2));
  const [, text] = split(afterLanguage);
  return { keyword: latin1(keyword), value: utf8(compressed ? await inflate(text) : text) };
}

type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes before and after the first zero byte. */
function split(bytes: Bytes): [Bytes, Bytes] {
  const zero = bytes.indexOf(0);
  return zero < 0
    ? [bytes, bytes.subarray(bytes.length)]
    : [bytes.subarray(0, zero), bytes.subarray(zero + 1)];
}

async function inflate(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
