/**
 * The ONNX graph that adds a product to a weight: weight + up × down in float32, rounded once to the type of the weight. ONNX
 * Runtime multiplies in seconds what would take JavaScript minutes.
 */
import { messageField, textField } from '../../onnx/graph/messages.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  DIMENSION,
  GRAPH,
  MODEL,
  NODE,
  OPSET,
  SHAPE,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from '../../onnx/graph/onnx-fields.js';
import { type Field, numberField, serializeMessage } from '../../onnx/graph/wire.js';

/** Layout of a weight in its file. */
export interface WeightForm {
  readonly type: 'float32' | 'float16';
  /** Inputs first; the product is transposed, too. */
  readonly transposed: boolean;
}

/** That of ONNX 1.12, which all current versions of ONNX Runtime read. */
const IR_VERSION = 8;
const OPSET_VERSION = 17;

/** A graph from `weight`, `up` [outputs, rank] and `down` [rank, inputs] to `merged`. */
export function productGraph({ type, transposed }: WeightForm): Uint8Array {
  const half = type === 'float16';
  const [first, second] = transposed ? ['down', 'up'] : ['up', 'down'];
  const flags = transposed ? [intAttribute('transA', 1), intAttribute('transB', 1)] : [];
  const graph = [
    ...(half ? [node('Cast', ['weight'], 'wide', [castTo(DATA_TYPE.float32)])] : []),
    node('Gemm', [first, second, half ? 'wide' : 'weight'], half ? 'sum' : 'merged', flags),
    ...(half ? [node('Cast', ['sum'], 'merged', [castTo(DATA_TYPE.float16)])] : []),
    textField(GRAPH.name, 'product'),
    matrix(GRAPH.input, 'weight', DATA_TYPE[type]),
    matrix(GRAPH.input, 'up', DATA_TYPE.float32),
    matrix(GRAPH.input, 'down', DATA_TYPE.float32),
    matrix(GRAPH.output, 'merged', DATA_TYPE[type]),
  ];
  return serializeMessage([
    numberField(MODEL.irVersion, IR_VERSION),
    messageField(MODEL.opsetImport, [numberField(OPSET.version, OPSET_VERSION)]),
    messageField(MODEL.graph, graph),
  ]);
}

const node = (
  opType: string,
  inputs: readonly (string | undefined)[],
  output: string,
  attributes: readonly Field[],
): Field =>
  messageField(GRAPH.node, [
    ...inputs.map((name) => textField(NODE.input, name ?? '')),
    textField(NODE.output, output),
    textField(NODE.name, output),
    textField(NODE.opType, opType),
    ...attributes,
  ]);

const intAttribute = (name: string, value: number): Field =>
  messageField(NODE.attribute, [
    textField(ATTRIBUTE.name, name),
    numberField(ATTRIBUTE.int, value),
    numberField(ATTRIBUTE.type, ATTRIBUTE_TYPE.int),
  ]);

const castTo = (type: number): Field => intAttribute('to', type);

/** Two free dimensions. */
function matrix(field: number, name: string, elementType: number): Field {
  const dimensions = ['rows', 'columns'].map((side) =>
    messageField(SHAPE.dimension, [textField(DIMENSION.name, `${name}_${side}`)]),
  );
  const tensor = [
    numberField(TENSOR_TYPE.elementType, elementType),
    messageField(TENSOR_TYPE.shape, dimensions),
  ];
  return messageField(field, [
    textField(VALUE_INFO.name, name),
    messageField(VALUE_INFO.type, [messageField(TYPE.tensor, tensor)]),
  ]);
}
