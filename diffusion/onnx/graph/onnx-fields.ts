/**
 * Numbers of the fields of an ONNX file that are read or edited here, and of its tensor types.
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */

export const MODEL = { irVersion: 1, graph: 7, opsetImport: 8, functions: 25 } as const;

export const OPSET = { version: 2 } as const;

export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;

export const FUNCTION = { node: 7 } as const;

export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5 } as const;

export const ATTRIBUTE = {
  name: 1,
  int: 3,
  tensor: 5,
  graph: 6,
  ints: 8,
  tensors: 10,
  graphs: 11,
  type: 20,
} as const;

/** `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPE = { int: 2, graph: 5, ints: 7 } as const;

export const TENSOR = {
  dims: 1,
  dataType: 2,
  int32Data: 5,
  name: 8,
  rawData: 9,
  externalData: 13,
  dataLocation: 14,
} as const;

/** `StringStringEntryProto`: `location`, `offset` and `length` of values that lie in another file. */
export const ENTRY = { key: 1, value: 2 } as const;

export const VALUE_INFO = { name: 1, type: 2 } as const;
export const TYPE = { tensor: 1 } as const;
export const TENSOR_TYPE = { elementType: 1, shape: 2 } as const;
export const SHAPE = { dimension: 1 } as const;
export const DIMENSION = { name: 2 } as const;

/** `TensorProto.DataType`. */
export const DATA_TYPE = { float32: 1, float16: 10 } as const;

/** `TensorProto.DataLocation`: the values lie in another file. */
export const EXTERNAL = 1;
