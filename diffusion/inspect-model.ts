/**
 * What a model directory holds, for people: every part with its size, its inputs and outputs, and whether the whole
 * can be used. Nothing here is refused; what would be refused at load is listed.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { ModelError } from './errors.js';
import { loadModel } from './load-model.js';
import { weightBytes } from './model-directory/weight-bytes.js';
import { knownProviders } from './onnx/providers.js';
import { openSession } from './onnx/session.js';
import type { LoadOptions, ModelInfo } from './types.js';

export interface PartReport {
  readonly part: string;
  /** Bytes of the ONNX file and its external data, which is about what the weights take in memory. */
  readonly bytes: number;
  /** For example `sample float32 [?, 4, ?, ?]`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Type of the numbers that go in and out. */
  readonly precision: string;
}

export interface ModelReport {
  readonly directory: string;
  /** Absent when the model cannot be used. */
  readonly info?: ModelInfo;
  readonly parts: readonly PartReport[];
  /** Bytes of all weights: a lower bound of the memory that the model needs. */
  readonly weightBytes: number;
  /** Execution providers that this machine's ONNX Runtime knows. */
  readonly availableProviders: readonly string[];
  /** Everything that keeps the model from being used. */
  readonly problems: readonly string[];
}

export async function inspectModel(directory: string, options: LoadOptions = {}): Promise<ModelReport> {
  const { info, problems } = await tryToLoad(directory, options);
  const names = await readdir(directory).catch(() => []);
  const parts: PartReport[] = [];
  for (const name of names.sort()) {
    const report = await inspectPart(directory, name);
    if (report !== undefined) parts.push(report);
  }
  return {
    directory,
    ...(info !== undefined && { info }),
    parts,
    weightBytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    availableProviders: knownProviders(),
    problems,
  };
}

async function tryToLoad(
  directory: string,
  options: LoadOptions,
): Promise<{ info?: ModelInfo; problems: readonly string[] }> {
  try {
    const model = await loadModel(directory, options);
    await model.dispose();
    return { info: model.info, problems: [] };
  } catch (error) {
    if (error instanceof ModelError) return { problems: error.problems };
    throw error;
  }
}

/** On the CPU, whatever the model is to run on: this only reads what the file declares. */
async function inspectPart(directory: string, part: string): Promise<PartReport | undefined> {
  const folder = join(directory, part);
  const path = join(folder, 'model.onnx');
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const session = await openSession(part, path, { executionProviders: ['cpu'], threads: 1 }).catch(
    () => undefined,
  );
  if (session === undefined) return undefined; // told among the problems
  const { ort, widened } = session;
  const report = {
    part,
    bytes: await weightBytes(folder),
    inputs: ort.inputMetadata.map(describe),
    outputs: ort.outputMetadata.map(describe),
    precision: widened ? 'float16' : precisionOf([...ort.inputMetadata, ...ort.outputMetadata]),
  };
  await ort.release();
  return report;
}

function describe(value: InferenceSession.ValueMetadata): string {
  if (!value.isTensor) return value.name;
  const shape = value.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : '?')).join(', ');
  return `${value.name} ${value.type} [${shape}]`;
}

function precisionOf(values: readonly InferenceSession.ValueMetadata[]): string {
  const types = values.map((value) => (value.isTensor ? value.type : ''));
  return types.find((type) => type.startsWith('float')) ?? 'no floats';
}
