/**
 * An ONNX graph whose weights are float16 in a file of their own, rewritten for a processor that computes in float32: each weight is
 * cast where it is used, and everything else is float32. The weights stay as they are in their file, mapped into memory, half as large
 * as float32 ones; only the graph, some megabytes, is made anew.
 *
 * ONNX Runtime's own way on a CPU, casts around each operator that has no float16 kernel, makes float32 copies of all weights when it
 * folds constants, and rounds every result to half precision.
 */
import { fromFloat16Bits } from '../numbers/float16.js';
import {
  edited,
  editedWhere,
  type Message,
  messageField,
  numberFrom,
  textField,
  textFrom,
} from './messages.js';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DATA_TYPE,
  EXTERNAL,
  FUNCTION,
  GRAPH,
  MODEL,
  NODE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './onnx-fields.js';
import {
  bytesField,
  type Field,
  numberField,
  numberOf,
  numbersOf,
  parseMessage,
  serializeMessage,
  textOf,
} from './wire.js';

/** What a cast weight is called. */
const SUFFIX = '/float32';

/** The graph, rewritten; undefined if none of its weights is float16 in another file. Throws a RangeError if it is no ONNX file. */
export function widenHalfWeights(model: Uint8Array): Uint8Array | undefined {
  const fields = parseMessage(model);
  const graphs = fields.filter(({ number }) => number === MODEL.graph);
  if (!graphs.some(({ value }) => parseMessage(value).some(isHalfElsewhere))) return undefined;
  return serializeMessage(
    fields.map((field) => {
      if (field.number === MODEL.graph) return edited(field, (graph) => widenGraph(graph, new Map()));
      if (field.number === MODEL.functions) return edited(field, widenFunction);
      return field;
    }),
  );
}

/** From the name of a weight to that of its cast. */
type Casts = ReadonlyMap<string, string>;

/** @param outer of the graphs around it */
function widenGraph(graph: Message, outer: Casts): Field[] {
  const own = graph.filter(isHalfElsewhere).map(({ value }) => nameOf(parseMessage(value)));
  const casts = new Map([...outer, ...own.map((name) => [name, name + SUFFIX] as const)]);
  const widened = graph.flatMap((field) => {
    switch (field.number) {
      case GRAPH.node:
        return [edited(field, (node) => widenNode(node, casts))];
      case GRAPH.initializer:
        return [isHalfElsewhere(field) ? field : edited(field, widenTensor)];
      case GRAPH.input:
      case GRAPH.output:
        return [edited(field, widenValueInfo)];
      // Types of what lies between, which ONNX Runtime infers by itself.
      case GRAPH.valueInfo:
        return [];
      default:
        return [field];
    }
  });
  // At the front, ONNX Runtime's order runs each right before what it is for, and frees it right after.
  return [...own.map(castNode), ...widened];
}

const widenFunction = (fields: Message): Field[] =>
  fields.map((field) =>
    field.number === FUNCTION.node ? edited(field, (node) => widenNode(node, new Map())) : field,
  );

function castNode(name: string): Field {
  const to = [
    textField(ATTRIBUTE.name, 'to'),
    numberField(ATTRIBUTE.int, DATA_TYPE.float32),
    numberField(ATTRIBUTE.type, ATTRIBUTE_TYPE.int),
  ];
  const node = [
    textField(NODE.input, name),
    textField(NODE.output, name + SUFFIX),
    textField(NODE.name, `${name}${SUFFIX}/cast`),
    textField(NODE.opType, 'Cast'),
    messageField(NODE.attribute, to),
  ];
  return messageField(GRAPH.node, node);
}

function widenNode(node: Message, casts: Casts): Field[] {
  return node.map((field) => {
    if (field.number === NODE.attribute)
      return edited(field, (attribute) => widenAttribute(attribute, casts));
    const cast = field.number === NODE.input ? casts.get(textOf(field)) : undefined;
    return cast === undefined ? field : textField(NODE.input, cast);
  });
}

/** Attributes that name the type of a result, in every operator that has one. */
const TYPE_ATTRIBUTES: readonly string[] = ['to', 'dtype'];

function widenAttribute(attribute: Message, casts: Casts): Field[] {
  const namesType = TYPE_ATTRIBUTES.includes(textFrom(attribute, ATTRIBUTE.name));
  return attribute.map((field) => {
    switch (field.number) {
      case ATTRIBUTE.int:
        return namesType && numberOf(field) === DATA_TYPE.float16
          ? numberField(ATTRIBUTE.int, DATA_TYPE.float32)
          : field;
      case ATTRIBUTE.tensor:
      case ATTRIBUTE.tensors:
        return edited(field, widenTensor);
      case ATTRIBUTE.graph:
      case ATTRIBUTE.graphs:
        return edited(field, (graph) => widenGraph(graph, casts));
      default:
        return field;
    }
  });
}

/** A tensor whose values lie in the graph itself: few, so they are written as float32. */
function widenTensor(tensor: Message): Field[] {
  if (typeOf(tensor) !== DATA_TYPE.float16) return [...tensor];
  const values = fromFloat16Bits(halvesIn(tensor));
  const rest = tensor.filter(
    ({ number }) => number !== TENSOR.dataType && number !== TENSOR.rawData && number !== TENSOR.int32Data,
  );
  return [
    ...rest,
    numberField(TENSOR.dataType, DATA_TYPE.float32),
    bytesField(TENSOR.rawData, new Uint8Array(values.buffer)),
  ];
}

/** Bits of float16 values, which are either raw or one number each. */
function halvesIn(tensor: Message): Uint16Array {
  const raw = tensor.find(({ number }) => number === TENSOR.rawData);
  if (raw !== undefined) return new Uint16Array(new Uint8Array(raw.value).buffer);
  return Uint16Array.from(numbersOf(tensor.filter(({ number }) => number === TENSOR.int32Data)));
}

const widenValueInfo = (info: Message): Field[] =>
  editedWhere(info, VALUE_INFO.type, (type) =>
    editedWhere(type, TYPE.tensor, (tensor) =>
      tensor.map((field) =>
        field.number === TENSOR_TYPE.elementType && numberOf(field) === DATA_TYPE.float16
          ? numberField(TENSOR_TYPE.elementType, DATA_TYPE.float32)
          : field,
      ),
    ),
  );

/** Whether a field of a graph is a float16 weight in another file. */
function isHalfElsewhere({ number, value }: Field): boolean {
  if (number !== GRAPH.initializer) return false;
  const tensor = parseMessage(value);
  return typeOf(tensor) === DATA_TYPE.float16 && numberFrom(tensor, TENSOR.dataLocation) === EXTERNAL;
}

const typeOf = (tensor: Message): number | undefined => numberFrom(tensor, TENSOR.dataType);
const nameOf = (tensor: Message): string => textFrom(tensor, TENSOR.name);
