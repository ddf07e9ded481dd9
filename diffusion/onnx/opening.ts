/**
 * How an ONNX file is opened, by its provider and its weights. On a CPU, weights in a file of their own can stay there, mapped into
 * memory: the kernel reads them as they are used and takes the memory back when it is short. ONNX Runtime's defaults would copy all of
 * them, optimized, cast and packed, which large models have no room for.
 */

import { readFile, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { type ExecutionProvider, providerName } from '../../domain/execution-providers.js';
import { weightBytes } from '../model-directory/weight-bytes.js';
import { scanAttention } from './graph/scan-attention.js';
import { widenHalfWeights } from './graph/widen.js';

export interface SessionOptions {
  readonly executionProviders: readonly ExecutionProvider[];
  readonly threads: number | undefined;
}

export interface Opening {
  /** The file's path, or a graph in place of the one in the file. */
  readonly model: string | Uint8Array;
  readonly options: InferenceSession.SessionOptions;
  /** Weights are read from their file as long as the session lives. */
  readonly mapped: boolean;
  /** Weights are float16, computed with in float32. */
  readonly widened: boolean;
}

/** A graph without its weights has some megabytes; a file that is larger holds its weights itself. */
const MAX_GRAPH_BYTES = 64 * 2 ** 20;
/** What ONNX Runtime's defaults take for float32 weights, as a multiple of them: measured with SD 1.5's UNet, two images of 512×512. */
const MEMORY_PER_WEIGHT = 2.4;

/** @param memoryBytes of the machine, or of the container; the same for every opening, so that images do not depend on the moment */
export async function openingOf(
  path: string,
  options: SessionOptions,
  memoryBytes = memoryOfMachine(),
): Promise<Opening> {
  const usual = usualOptions(options);
  const beside = isCpu(options) ? await bytesBeside(path) : 0;
  const graph = beside > 0 ? await graphIn(path) : undefined;
  const half = graph && widenHalfWeights(graph);
  const isLarge = beside * MEMORY_PER_WEIGHT > memoryBytes / 2;
  const rewritten = half ?? (isLarge ? graph : undefined);
  if (rewritten === undefined) return { model: path, options: usual, mapped: false, widened: false };
  return {
    model: scanAttention(rewritten),
    options: { ...usual, ...keepingMapped(dirname(path)) },
    mapped: true,
    widened: half !== undefined,
  };
}

/** Undefined where the weights are in it as well. */
async function graphIn(path: string): Promise<Uint8Array | undefined> {
  return (await stat(path)).size <= MAX_GRAPH_BYTES ? await readFile(path) : undefined;
}

/** What lies in files of its own. */
const bytesBeside = async (path: string): Promise<number> =>
  (await weightBytes(dirname(path))) - (await stat(path)).size;

function memoryOfMachine(): number {
  const constrained = process.constrainedMemory() ?? 0;
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

const isCpu = ({ executionProviders }: SessionOptions): boolean =>
  executionProviders.every((provider) => providerName(provider) === 'cpu');

const usualOptions = ({ executionProviders, threads }: SessionOptions): InferenceSession.SessionOptions => ({
  executionProviders: [...executionProviders],
  ...(threads !== undefined && { intraOpNumThreads: threads }),
  logSeverityLevel: 3, // errors only: warnings about graph details would land in the process's stderr
});

/** Nothing is computed ahead of its use, and what is no longer used is given back. */
const keepingMapped = (folder: string): InferenceSession.SessionOptions => ({
  graphOptimizationLevel: 'disabled',
  enableCpuMemArena: false,
  enableMemPattern: false,
  extra: { session: { model_external_initializers_file_folder_path: folder, disable_prepacking: '1' } },
});
