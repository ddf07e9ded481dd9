/**
 * Weights of a model directory by their parameter names in diffusers and transformers: `weights.json` maps each to an ONNX
 * initializer, whose type, shape and position are read from the graph. No ONNX session is opened.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isRecord } from '../../domain/is-record.js';
import type { ModelFamily } from '../../domain/iterations.js';
import { readRegularFile, UnfitFileError } from '../../files/read-regular-file.js';
import { readJson, readJsonIfThere } from '../model-directory/json.js';
import { fieldsOf, type Message, numberFrom, textFrom } from '../onnx/graph/messages.js';
import { DATA_TYPE, ENTRY, EXTERNAL, GRAPH, MODEL, TENSOR } from '../onnx/graph/onnx-fields.js';
import { numbersOf, parseMessage } from '../onnx/graph/wire.js';

/** A matrix or convolution kernel of a part. */
export interface BaseWeight {
  readonly part: string;
  /** Name in diffusers or transformers, `….weight`. */
  readonly parameter: string;
  /** Name in the ONNX graph. */
  readonly initializer: string;
  /** Shape in torch, outputs first. In the file, a matrix may be transposed. */
  readonly dims: readonly number[];
  readonly transposed: boolean;
  readonly type: 'float32' | 'float16';
  /** File in the part's folder and offset in bytes; undefined if the values are in the graph itself. */
  readonly place: { readonly file: string; readonly at: number } | undefined;
}

export interface BaseWeights {
  /** Part with the denoising network: `unet` or `transformer`. */
  readonly denoiser: string;
  /** Residual blocks per resolution of a UNet, needed for original names. */
  readonly layersPerBlock: number;
  /** Parameters of each part. */
  readonly parts: ReadonlyMap<string, ReadonlyMap<string, BaseWeight>>;
}

/** A graph with external weights has some megabytes. */
export const MAX_GRAPH_BYTES = 256 * 2 ** 20;

const DENOISERS: Readonly<Record<ModelFamily, string>> = {
  sd: 'unet',
  sdxl: 'unet',
  sd3: 'transformer',
  flux: 'transformer',
};

const AGAIN =
  'export it again with models/export_model.py, which writes it; or merge the LoRA while exporting, with --lora';

/** Reads the weights that LoRAs can be merged into. Throws an Error that says what the directory lacks. */
export async function readBaseWeights(directory: string, family: ModelFamily): Promise<BaseWeights> {
  const map = await readJsonIfThere(join(directory, 'weights.json'));
  if (map === undefined)
    throw new Error(`it has no weights.json, which says where a LoRA's weights belong: ${AGAIN}`);
  const denoiser = DENOISERS[family];
  const parts = new Map<string, ReadonlyMap<string, BaseWeight>>();
  for (const [part, places] of Object.entries(map)) {
    // The VAE has no LoRAs.
    if (part !== denoiser && !/^text_encoder(_[23])?$/.test(part)) continue;
    if (isRecord(places)) parts.set(part, await weightsOf(directory, part, places));
  }
  const config = await readJson(join(directory, denoiser, 'config.json')).catch(() => undefined);
  const layers = config?.layers_per_block;
  return { denoiser, layersPerBlock: typeof layers === 'number' && layers > 0 ? layers : 2, parts };
}

async function weightsOf(
  directory: string,
  part: string,
  places: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<string, BaseWeight>> {
  const stored = await initializersOf(directory, part);
  const files = await sizesIn(join(directory, part));
  const uses = new Map<string, number>();
  const named = Object.entries(places).flatMap(([parameter, place]) => {
    if (!isRecord(place) || typeof place.name !== 'string') return [];
    uses.set(place.name, (uses.get(place.name) ?? 0) + 1);
    return [{ parameter, initializer: place.name, transposed: place.transposed === true }];
  });
  return new Map(
    named
      // A shared initializer cannot be changed for only one of its parameters.
      .filter(({ initializer }) => uses.get(initializer) === 1)
      .map((one) => {
        const tensor = stored.get(one.initializer);
        if (tensor === undefined)
          throw new Error(
            `weights.json names "${one.initializer}", which ${part}/model.onnx does not have: ${AGAIN}`,
          );
        return [one.parameter, { part, ...one, ...describe(part, one, tensor, files) }];
      }),
  );
}

/** Initializers of the graph, by name. */
async function initializersOf(directory: string, part: string): Promise<ReadonlyMap<string, Message>> {
  const path = join(directory, part, 'model.onnx');
  try {
    const model = parseMessage(await readRegularFile(path, { maxBytes: MAX_GRAPH_BYTES }));
    return new Map(
      fieldsOf(model, MODEL.graph)
        .flatMap(({ value }) => fieldsOf(parseMessage(value), GRAPH.initializer))
        .map(({ value }) => parseMessage(value))
        .map((tensor) => [textFrom(tensor, TENSOR.name), tensor]),
    );
  } catch (error) {
    if (error instanceof RangeError) throw new UnfitFileError(path, `is no ONNX file (${error.message})`);
    throw error;
  }
}

async function sizesIn(folder: string): Promise<ReadonlyMap<string, number>> {
  const names = await readdir(folder);
  return new Map(
    await Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).size] as const)),
  );
}

const BYTES = { float32: 4, float16: 2 } as const;

/** Throws for initializers that the export script does not write: other types, truncated or vectors. */
function describe(
  part: string,
  { initializer, transposed }: Pick<BaseWeight, 'initializer' | 'transposed'>,
  tensor: Message,
  files: ReadonlyMap<string, number>,
): Pick<BaseWeight, 'dims' | 'type' | 'place'> {
  const dims = numbersOf(fieldsOf(tensor, TENSOR.dims));
  const dataType = numberFrom(tensor, TENSOR.dataType);
  const type = dataType === DATA_TYPE.float16 ? 'float16' : 'float32';
  const bytes = dims.reduce((product, size) => product * size, BYTES[type]);
  const place = placeOf(tensor);
  const there = place === undefined ? rawBytes(tensor) : (files.get(place.file) ?? 0) - place.at;
  const isKnown = dataType === DATA_TYPE.float16 || dataType === DATA_TYPE.float32;
  const isWhole = place === undefined ? there === bytes : place.at >= 0 && there >= bytes;
  if (!isKnown || !isWhole || dims.length < 2 || (transposed && dims.length !== 2))
    throw new Error(`"${initializer}" in ${part}/model.onnx is not as the export writes weights: ${AGAIN}`);
  return { dims: transposed ? [...dims].reverse() : dims, type, place };
}

function placeOf(tensor: Message): BaseWeight['place'] {
  if (numberFrom(tensor, TENSOR.dataLocation) !== EXTERNAL) return undefined;
  const entries = new Map(
    fieldsOf(tensor, TENSOR.externalData)
      .map(({ value }) => parseMessage(value))
      .map((entry) => [textFrom(entry, ENTRY.key), textFrom(entry, ENTRY.value)]),
  );
  // Only the base name: a path must not lead out of the folder.
  return { file: basename(entries.get('location') ?? ''), at: Number(entries.get('offset') ?? 0) };
}

const rawBytes = (tensor: Message): number =>
  tensor.find(({ number }) => number === TENSOR.rawData)?.value.length ?? 0;
