/**
 * ONNX Runtime sessions: load, make inputs, run. Models are opened by path, so that weights in external
 * data files are found beside them. Types of inputs (float32 or float16, int64 or int32) are read from the
 * session. When a run fails, the error lists each input with type and dimensions, never the data.
 *
 * ONNX Runtime computes on the calling thread: whoever holds a session gives it a process of its own.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { fromFloat16Bits, toFloat16Bits } from './float16.js';

/** Types of inputs and outputs that can be made and read. */
const TENSOR_TYPES: readonly string[] = ['float32', 'float16', 'int64', 'int32'];

/** A named part of a model (`transformer`, `vae_decoder`, …) in memory. */
export interface ModelSession {
  readonly part: string;
  readonly ort: InferenceSession;
}

/** Float32 values with their dimensions. */
export interface FloatArray {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** Names of inputs or outputs with the dimensions that they should have; -1: any. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

export interface SessionOptions {
  readonly executionProviders: readonly string[];
  readonly threads: number | undefined;
}

/** Opens one ONNX file. */
export async function openSession(
  part: string,
  path: string,
  options: SessionOptions,
): Promise<ModelSession> {
  const ort = await InferenceSession.create(path, {
    executionProviders: [...options.executionProviders],
    ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
    logSeverityLevel: 3, // errors only: warnings about graph details would land in the process's stderr
  });
  return { part, ort };
}

/**
 * Problems of a session's inputs and outputs: missing names, inputs nobody will feed, unsupported types, fixed
 * dimensions that differ from the expected ones (-1: any).
 */
export function sessionProblems(
  session: ModelSession,
  expected: {
    readonly inputs: Shapes;
    readonly outputs: Shapes;
  },
): string[] {
  const { part, ort } = session;
  const unknown = ort.inputNames.filter((name) => !(name in expected.inputs));
  return [
    ...unknown.map(
      (name) => `${part}/model.onnx asks for an input "${name}" that this pipeline does not have`,
    ),
    ...valueProblems(part, 'input', ort.inputMetadata, expected.inputs),
    ...valueProblems(part, 'output', ort.outputMetadata, expected.outputs),
  ];
}

/** Dimensions of an output as the model declares them; -1 where they are free, undefined if there is none. */
export function outputDims(session: ModelSession, name: string): number[] | undefined {
  const value = session.ort.outputMetadata.find((metadata) => metadata.name === name);
  return value === undefined ? undefined : dimensions(value);
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

/** Number of dimensions of an input: a timestep is a single number in one export, a list of one in another. */
export function inputRank(session: ModelSession, name: string): number {
  const value = session.ort.inputMetadata.find((metadata) => metadata.name === name);
  return value === undefined ? 0 : dimensions(value).length;
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

function valueProblems(
  part: string,
  kind: 'input' | 'output',
  actual: readonly InferenceSession.ValueMetadata[],
  expected: Shapes,
): string[] {
  return Object.entries(expected).flatMap(([name, dims]) => {
    const value = actual.find((metadata) => metadata.name === name);
    if (value === undefined) return [`${part}/model.onnx has no ${kind} "${name}"`];
    if (!value.isTensor || !TENSOR_TYPES.includes(value.type)) {
      const type = value.isTensor ? value.type : 'no tensor';
      return [`${part}/model.onnx: ${kind} "${name}" is ${type}, expected one of ${TENSOR_TYPES.join(', ')}`];
    }
    const declared = dimensions(value);
    if (fits(declared, dims)) return [];
    return [`${part}/model.onnx: ${kind} "${name}" is ${shape(declared)}, expected ${shape(dims)}`];
  });
}

function fits(declared: readonly number[], expected: readonly number[]): boolean {
  return (
    declared.length === expected.length &&
    declared.every((size, i) => size === -1 || expected[i] === -1 || size === expected[i])
  );
}

function dimensions(value: InferenceSession.ValueMetadata): number[] {
  return value.isTensor ? value.shape.map((size) => (typeof size === 'number' ? size : -1)) : [];
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
    .map(([name, { type, dims }]) => `${name}: ${type} ${shape(dims)}`)
    .join(', ');
}

function shape(dims: readonly number[]): string {
  return `[${dims.map((size) => (size === -1 ? '?' : size)).join(', ')}]`;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
