/**
 * A strict reader of safetensors files: eight bytes with the length of the header, the header as JSON, then the data of all
 * tensors. The files come from anywhere, so every size and offset in the header is checked against the file before it is used.
 * https://github.com/huggingface/safetensors#format
 */
import type { FileHandle } from 'node:fs/promises';
import { isRecord } from '../../domain/is-record.js';
import { someOf } from '../../domain/some-of.js';
import { openRegularFile, UnfitFileError } from '../../files/read-regular-file.js';
import { fromFloat16Bits } from '../onnx/numbers/float16.js';

/** Supported element types with their sizes in bytes. */
const BYTES = { F16: 2, BF16: 2, F32: 4 } as const;
type NumberType = keyof typeof BYTES;

/** Type, shape and position of a tensor in its file. */
export interface StoredTensor {
  readonly type: NumberType;
  readonly dims: readonly number[];
  /** Offset in bytes from the beginning of the file. */
  readonly at: number;
  readonly bytes: number;
}

export interface TensorFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Free text entries written by the trainer. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Limit of the format for the header. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;
/** More dimensions than any weight has. */
const MAX_DIMS = 8;

/** Reads the header. Throws an UnfitFileError if the file is truncated, damaged or no safetensors file; else the system's error. */
export async function readTensorFile(path: string): Promise<TensorFile> {
  const file = await openRegularFile(path, false);
  try {
    const { size } = await file.stat();
    const { header, dataAt } = await readHeader(path, file, size);
    const { __metadata__: metadata, ...entries } = header;
    const tensors = new Map(
      Object.entries(entries).map(([name, entry]) => [name, placeOf(path, name, entry, dataAt)]),
    );
    requireWhole(path, tensors, dataAt, size);
    return { path, tensors, metadata: textsOf(metadata) };
  } finally {
    await file.close();
  }
}

/** Values of a tensor as float32. Throws a RangeError if the file has become shorter. */
export async function readTensor(file: FileHandle, { type, at, bytes }: StoredTensor): Promise<Float32Array> {
  const raw = new Uint8Array(bytes);
  const { bytesRead } = await file.read(raw, 0, bytes, at);
  if (bytesRead < bytes) throw new RangeError('the file ends before its numbers do');
  switch (type) {
    case 'F32':
      return new Float32Array(raw.buffer);
    case 'F16':
      return fromFloat16Bits(new Uint16Array(raw.buffer));
    case 'BF16':
      return fromBfloat16Bits(new Uint16Array(raw.buffer));
  }
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat16Bits(halves: Uint16Array): Float32Array {
  const bits = Uint32Array.from(halves, (half) => half * 2 ** 16);
  return new Float32Array(bits.buffer);
}

async function readHeader(path: string, file: FileHandle, size: number) {
  const length = Buffer.alloc(LENGTH_BYTES);
  const { bytesRead } = await file.read(length, 0, LENGTH_BYTES, 0);
  const headerBytes = bytesRead < LENGTH_BYTES ? 0 : Number(length.readBigUInt64LE());
  const dataAt = LENGTH_BYTES + headerBytes;
  if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES)
    throw new UnfitFileError(path, 'is no safetensors file');
  if (dataAt > size) throw new UnfitFileError(path, `is cut short: its header ends beyond its ${size} bytes`);
  const text = Buffer.alloc(headerBytes);
  await file.read(text, 0, headerBytes, LENGTH_BYTES);
  return { header: parse(path, text.toString('utf8')), dataAt };
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(text);
    if (isRecord(header)) return header;
  } catch {
    // Refused below.
  }
  throw new UnfitFileError(path, 'is no safetensors file: its header is not a JSON object');
}

function placeOf(path: string, name: string, entry: unknown, dataAt: number): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const type = Object.keys(BYTES).find((known): known is NumberType => known === dtype);
  if (type === undefined)
    throw new UnfitFileError(
      path,
      `holds "${someOf([name])}" as ${JSON.stringify(dtype) ?? 'nothing'}; expected one of ${Object.keys(BYTES).join(', ')}`,
    );
  const bytes = isSizes(shape) ? shape.reduce((product, size) => product * size, BYTES[type]) : Number.NaN;
  const [begin, end] = isSizes(offsets) ? offsets : [];
  if (!isSizes(shape) || begin === undefined || end === undefined || end - begin !== bytes)
    throw new UnfitFileError(path, `is damaged: the header's sizes of "${name}" do not agree`);
  return { type, dims: shape, at: dataAt + begin, bytes };
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length <= MAX_DIMS &&
  value.every((size) => Number.isSafeInteger(size) && size >= 0);

/** The format requires tensors without gaps or overlaps, up to the last byte of the file. */
function requireWhole(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  dataAt: number,
  size: number,
): void {
  let end = dataAt;
  for (const { at, bytes } of [...tensors.values()].sort((a, b) => a.at - b.at || a.bytes - b.bytes)) {
    if (at !== end) throw new UnfitFileError(path, 'is damaged: its tensors overlap, or leave gaps');
    end = at + bytes;
  }
  if (end > size)
    throw new UnfitFileError(path, `is cut short: it has ${size} bytes, and its header speaks of ${end}`);
  if (end < size)
    throw new UnfitFileError(path, `is damaged: it has ${size} bytes, and its header speaks of ${end}`);
}

const textsOf = (metadata: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isRecord(metadata) ? metadata : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
