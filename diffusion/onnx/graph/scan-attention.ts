/**
 * Attention one head after the other: where a graph multiplies queries by keys, takes the softmax and multiplies it by values for all
 * heads at once, a Scan over the heads takes their place. The numbers are the same; of the scores, which at 1024×1024 pixels are a
 * gigabyte and more for each attention, those of one head are in memory at a time.
 */

import {
  editedWhere,
  fieldsOf,
  type Message,
  messageField,
  textField,
  textFrom,
  textsFrom,
} from './messages.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  GRAPH,
  MODEL,
  NODE,
  SHAPE,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './onnx-fields.js';
import { type Field, numberField, numbersOf, parseMessage, serializeMessage, signedOf } from './wire.js';

/** [batch, heads, tokens, size of a head] */
const RANK = 4;
const HEADS = 1;
const LAST = -1;

/** The graph, rewritten. Throws a RangeError if it is no ONNX file. */
export const scanAttention = (model: Uint8Array): Uint8Array =>
  serializeMessage(editedWhere(parseMessage(model), MODEL.graph, scanInGraph));

function scanInGraph(graph: Message): Message {
  const nodes = fieldsOf(graph, GRAPH.node).map(nodeOf);
  const uses = new Uses(nodes, fieldsOf(graph, GRAPH.output));
  const found = nodes.flatMap((node) => attentionAt(node, uses) ?? []);
  const gone = new Set(found.flatMap(({ scores, softmax }) => [scores.field, softmax.field]));
  const replaced = new Map(found.map((attention) => [attention.mix.field, scanOf(attention)]));
  return graph.flatMap((field) => (gone.has(field) ? [] : [replaced.get(field) ?? field]));
}

interface GraphNode {
  readonly field: Field;
  readonly message: Message;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
}

function nodeOf(field: Field): GraphNode {
  const message = parseMessage(field.value);
  const [output = ''] = textsFrom(message, NODE.output);
  return {
    field,
    message,
    type: textFrom(message, NODE.opType),
    inputs: textsFrom(message, NODE.input),
    output,
  };
}

/** Who makes a value, and who takes it. */
class Uses {
  private readonly makers = new Map<string, GraphNode>();
  private readonly takers = new Map<string, GraphNode[]>();
  private readonly results: ReadonlySet<string>;

  constructor(nodes: readonly GraphNode[], outputs: readonly Field[]) {
    this.results = new Set(outputs.map(({ value }) => textFrom(parseMessage(value), VALUE_INFO.name)));
    for (const node of nodes) {
      this.makers.set(node.output, node);
      for (const input of node.inputs) this.takers.set(input, [...(this.takers.get(input) ?? []), node]);
    }
  }

  maker(value: string | undefined): GraphNode | undefined {
    return value === undefined ? undefined : this.makers.get(value);
  }

  /** The only one that takes a value; undefined if there are more, or it is a result. */
  onlyTaker(value: string): GraphNode | undefined {
    const [taker, ...others] = this.takers.get(value) ?? [];
    return others.length > 0 || this.results.has(value) ? undefined : taker;
  }
}

interface Attention {
  /** Queries by keys. */
  readonly scores: GraphNode;
  readonly softmax: GraphNode;
  /** Softmax by values. */
  readonly mix: GraphNode;
}

/** @param softmax undefined is returned for any other node, and where the heads are no axis of their own */
function attentionAt(softmax: GraphNode, uses: Uses): Attention | undefined {
  if (softmax.type !== 'Softmax' || axisOf(softmax) !== LAST) return undefined;
  const scores = uses.maker(softmax.inputs[0]);
  const mix = uses.onlyTaker(softmax.output);
  if (scores?.type !== 'MatMul' || uses.onlyTaker(scores.output) !== softmax) return undefined;
  if (mix?.type !== 'MatMul' || mix.inputs[0] !== softmax.output) return undefined;
  const parts = [...scores.inputs, mix.inputs[1]];
  return parts.every((part) => rankOf(part, uses) === RANK) ? { scores, softmax, mix } : undefined;
}

/** Number of axes of a value that is transposed, and perhaps scaled after it; undefined for others. */
function rankOf(value: string | undefined, uses: Uses): number | undefined {
  const maker = uses.maker(value);
  if (maker?.type === 'Mul' || maker?.type === 'Div') return rankOf(maker.inputs[0], uses);
  const permutation = maker?.type === 'Transpose' ? attributeOf(maker, 'perm') : undefined;
  return permutation && numbersOf(fieldsOf(permutation, ATTRIBUTE.ints)).length;
}

/** Undefined where it is not said. */
function axisOf(softmax: GraphNode): number | undefined {
  const axis = attributeOf(softmax, 'axis')?.find(({ number }) => number === ATTRIBUTE.int);
  return axis && signedOf(axis);
}

const attributeOf = ({ message }: GraphNode, name: string): Message | undefined =>
  fieldsOf(message, NODE.attribute)
    .map(({ value }) => parseMessage(value))
    .find((attribute) => textFrom(attribute, ATTRIBUTE.name) === name);

/** https://onnx.ai/onnx/operators/onnx__Scan.html */
function scanOf({ scores, softmax, mix }: Attention): Field {
  const [values = ''] = mix.inputs.slice(1);
  const inputs = [...scores.inputs, values];
  return messageField(GRAPH.node, [
    ...inputs.map((input) => textField(NODE.input, input)),
    textField(NODE.output, mix.output),
    textField(NODE.name, `${mix.output}/heads`),
    textField(NODE.opType, 'Scan'),
    attribute('body', messageField(ATTRIBUTE.graph, headOf(mix.output, softmax)), ATTRIBUTE_TYPE.graph),
    attribute('num_scan_inputs', numberField(ATTRIBUTE.int, inputs.length), ATTRIBUTE_TYPE.int),
    integers(
      'scan_input_axes',
      inputs.map(() => HEADS),
    ),
    integers('scan_output_axes', [HEADS]),
  ]);
}

/** The attention of one head. Names within are the node's own, since inner graphs see outer names. */
function headOf(name: string, softmax: GraphNode): Message {
  const [queries, keys, values, scores, weights, result] = ['q', 'k', 'v', 'scores', 'weights', 'result'].map(
    (part) => `${name}/head/${part}`,
  ) as [string, string, string, string, string, string];
  return [
    matMul(queries, keys, scores),
    messageField(GRAPH.node, [
      textField(NODE.input, scores),
      textField(NODE.output, weights),
      textField(NODE.opType, 'Softmax'),
      ...fieldsOf(softmax.message, NODE.attribute),
    ]),
    matMul(weights, values, result),
    textField(GRAPH.name, `${name}/head`),
    ...[queries, keys, values].map((input) => floats(GRAPH.input, input)),
    floats(GRAPH.output, result),
  ];
}

const matMul = (a: string, b: string, output: string): Field =>
  messageField(GRAPH.node, [
    textField(NODE.input, a),
    textField(NODE.input, b),
    textField(NODE.output, output),
    textField(NODE.opType, 'MatMul'),
  ]);

/**
 * An input or output of one head: [batch, tokens, size], of any size. The number of axes has to be said: ONNX Runtime finds it only where
 * it knows that of all that is upstream, which it does not with rotary positions (FLUX).
 */
const floats = (number: number, name: string): Field =>
  messageField(number, [
    textField(VALUE_INFO.name, name),
    messageField(VALUE_INFO.type, [
      messageField(TYPE.tensor, [
        numberField(TENSOR_TYPE.elementType, DATA_TYPE.float32),
        messageField(TENSOR_TYPE.shape, new Array<Field>(RANK - 1).fill(messageField(SHAPE.dimension, []))),
      ]),
    ]),
  ]);

const integers = (name: string, values: readonly number[]): Field =>
  messageField(NODE.attribute, [
    textField(ATTRIBUTE.name, name),
    ...values.map((value) => numberField(ATTRIBUTE.ints, value)),
    numberField(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints),
  ]);

const attribute = (name: string, value: Field, type: number): Field =>
  messageField(NODE.attribute, [textField(ATTRIBUTE.name, name), value, numberField(ATTRIBUTE.type, type)]);
