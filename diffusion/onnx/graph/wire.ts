/**
 * Protocol Buffers on the wire, as far as an ONNX file is edited here: a message is a list of fields, and what nobody edits goes
 * out as it came in, whichever version of the format it is from.
 * https://protobuf.dev/programming-guides/encoding/
 */

/** How a field's value is written. Groups (3 and 4) are not in ONNX. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

export interface Field {
  readonly number: number;
  readonly wire: number;
  /** The value without tag and length: a varint's bytes, a fixed number's, or a nested message, text or packed numbers. */
  readonly value: Uint8Array;
}

/** Reads a message; its fields share the memory of `bytes`. Throws a RangeError if it is none. */
export function parseMessage(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = varintAt(bytes, at);
    const wire = tag.value % 8;
    const { start, end } = valueAt(bytes, tag.end, wire);
    if (end > bytes.length) throw new RangeError('a field ends beyond its message');
    fields.push({ number: Math.floor(tag.value / 8), wire, value: bytes.subarray(start, end) });
    at = end;
  }
  return fields;
}

/** Writes a message. */
export function serializeMessage(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.flatMap(({ number, wire, value }) => [
      varint(number * 8 + wire),
      ...(wire === WIRE.bytes ? [varint(value.length)] : []),
      value,
    ]),
  );
}

/** A field with a nested message or text. */
export const bytesField = (number: number, value: Uint8Array): Field => ({ number, wire: WIRE.bytes, value });

/** A field with a whole number, from 0 up to 2^53. */
export const numberField = (number: number, value: number): Field => ({
  number,
  wire: WIRE.varint,
  value: varint(value),
});

/** The number that a varint field holds; exact up to 2^53. */
export const numberOf = ({ value }: Field): number => varintAt(value, 0).value;

/** The same as a signed number, as int64 fields are meant. */
export function signedOf({ value }: Field): number {
  let bits = 0n;
  for (const [index, byte] of value.entries()) bits |= BigInt(byte % 128) << BigInt(7 * index);
  return Number(BigInt.asIntN(64, bits));
}

export const textOf = ({ value }: Field): string => Buffer.from(value).toString('utf8');

/** The numbers of a repeated field, whether they are packed or lie one by one; exact up to 2^53. */
export function numbersOf(fields: readonly Field[]): number[] {
  return fields.flatMap((field) => (field.wire === WIRE.bytes ? packed(field.value) : [numberOf(field)]));
}

function packed(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value, end } = varintAt(bytes, at);
    numbers.push(value);
    at = end;
  }
  return numbers;
}

function valueAt(bytes: Uint8Array, at: number, wire: number): { start: number; end: number } {
  switch (wire) {
    case WIRE.varint:
      return { start: at, end: varintAt(bytes, at).end };
    case WIRE.fixed64:
      return { start: at, end: at + 8 };
    case WIRE.fixed32:
      return { start: at, end: at + 4 };
    case WIRE.bytes: {
      const length = varintAt(bytes, at);
      return { start: length.end, end: length.end + length.value };
    }
    default:
      throw new RangeError(`a field of the unknown wire type ${wire}`);
  }
}

/** Seven bits a byte, the lowest first; ten bytes at most. */
function varintAt(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) break;
    value += (byte % 128) * 2 ** (7 * index);
    if (byte < 128) return { value, end: at + index + 1 };
  }
  throw new RangeError('a number that does not end');
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}
