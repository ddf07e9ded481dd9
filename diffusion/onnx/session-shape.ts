/**
 * What an ONNX file declares, beside what a pipeline expects of it: names, types and dimensions of inputs and outputs.
 */
import type { InferenceSession } from 'onnxruntime-node';
import { describeShape, type ModelSession } from './session.js';

/** Types of inputs and outputs that can be made and read. */
const TENSOR_TYPES: readonly string[] = ['float32', 'float16', 'int64', 'int32'];

/** Names of inputs or outputs with the dimensions that they should have; -1: any. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

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

/** Dimensions of an input as the model declares them; -1 where they are free, none if there is no such input. */
export function inputDims(session: ModelSession, name: string): number[] {
  const value = session.ort.inputMetadata.find((metadata) => metadata.name === name);
  return value === undefined ? [] : dimensions(value);
}

/** Number of dimensions of an input: a timestep is a single number in one export, a list of one in another. */
export const inputRank = (session: ModelSession, name: string): number => inputDims(session, name).length;

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
    return [
      `${part}/model.onnx: ${kind} "${name}" is ${describeShape(declared)}, expected ${describeShape(dims)}`,
    ];
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
