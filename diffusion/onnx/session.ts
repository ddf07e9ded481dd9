/**
 * ONNX Runtime sessions: load, make inputs, run. Models are opened by path, so that weights in external
 * data files are found beside them. Types of inputs (float32 or float16, int64 or int32) are read from the
 * session. When a run fails, the error lists each input with type and dimensions, never the data.
 *
 * ONNX Runtime computes on the calling thread: a session needs a process of its own.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { fromFloat16Bits, toFloat16Bits } from './numbers/float16.js';
import { openingOf, type SessionOptions } from './opening.js';

export type { SessionOptions } from './opening.js';

/** A named part of a model (`transformer`, `vae_decoder`, …) in memory. */
export interface ModelSession {
  readonly part: string;
  readonly ort: InferenceSession;
  /** Weights are read from their file as long as the session lives. */
  readonly mapped: boolean;
  /** Weights are float16, computed with in float32. */
  readonly widened: boolean;
}

/** Float32 values with their dimensions. */
export interface FloatArray {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Opens one ONNX file. */
export async function openSession(
  part: string,
  path: string,
  options: SessionOptions,
): Promise<ModelSession> {
  const { model, options: how, ...weights } = await openingOf(path, options);
  const ort =
    typeof model === 'string'
      ? await InferenceSession.create(model, how)
      : await InferenceSession.create(model, how);
  return { part, ort, ...weights };
}

/**
 * A tensor of the type that the session wants for this input. Integers are rounded to: older exports take whole
 * timesteps only, where a scheduler may give fractional ones.
 */
export function inputTensor(session: ModelSession, name: string, { data, dims }: FloatArray): Tensor {
  const type = inputType(session, name);
  switch (type) {
    case 'float32':
      return new Tensor('float32', data, dims);
    case 'float16':
      return new Tensor('float16', toFloat16Bits(data), dims);
    case 'int64':
      return new Tensor(
        'int64',
        BigInt64Array.from(data, (value) => BigInt(Math.round(value))),
        dims,
      );
    case 'int32':
      return new Tensor('int32', Int32Array.from(data, Math.round), dims);
    default:
      throw new TypeError(`${session.part}: input "${name}" is ${type}, expected a number type`);
  }
}

/** Token ids as a [1, n] tensor of the integer type that the session wants. */
export function idTensor(session: ModelSession, name: string, ids: readonly number[]): Tensor {
  const type = inputType(session, name);
  switch (type) {
    case 'int64':
      return new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length]);
    case 'int32':
      return new Tensor('int32', Int32Array.from(ids), [1, ids.length]);
    default:
      throw new TypeError(`${session.part}: input "${name}" is ${type}, expected int64 or int32`);
  }
}

/** Frees the sessions' memory. */
export async function releaseSessions(sessions: readonly ModelSession[]): Promise<void> {
  await Promise.all(sessions.map(({ ort }) => ort.release()));
}

/** Runs the model and gives one output as float32. */
export async function runSession(
  session: ModelSession,
  feeds: Readonly<Record<string, Tensor>>,
  output: string,
): Promise<FloatArray> {
  const [result] = await runSessionFor(session, feeds, [output]);
  if (result === undefined) throw new Error(`${session.part} gave no output "${output}"`);
  return result;
}

/** Runs the model and gives the named outputs, in that order, as float32. */
export async function runSessionFor(
  session: ModelSession,
  feeds: Readonly<Record<string, Tensor>>,
  outputs: readonly string[],
): Promise<FloatArray[]> {
  try {
    const results = await session.ort.run(feeds, [...outputs]);
    return outputs.map((name) => floats(name, results[name]));
  } catch (cause) {
    throw new Error(`${session.part} failed on ${describe(feeds)}: ${messageOf(cause)}`, { cause });
  }
}

function inputType(session: ModelSession, name: string): string {
  const value = session.ort.inputMetadata.find((metadata) => metadata.name === name);
  return value?.isTensor ? value.type : 'not there';
}

function floats(name: string, tensor: Tensor | undefined): FloatArray {
  const data = tensor?.data;
  if (tensor !== undefined && data instanceof Float32Array) return { data, dims: tensor.dims };
  if (tensor !== undefined && data instanceof Uint16Array)
    return { data: fromFloat16Bits(data), dims: tensor.dims };
  throw new TypeError(`output "${name}" is ${tensor?.type ?? 'missing'}, expected float32 or float16`);
}

function describe(feeds: Readonly<Record<string, Tensor>>): string {
  return Object.entries(feeds)
    .map(([name, { type, dims }]) => `${name}: ${type} ${describeShape(dims)}`)
    .join(', ');
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** `[1, ?, 768]`; -1 is any. */
export function describeShape(dims: readonly number[]): string {
  return `[${dims.map((size) => (size === -1 ? '?' : size)).join(', ')}]`;
}
