/**
 * Writes a model directory with merged LoRAs. Only parts that change are copied, and merged weight by weight in the copy, so memory
 * holds one weight at a time; the other parts are links to the folders of the base.
 *
 * Hard links of files would not do: they change the inodes of the base (ctime), by which other processes know that its files have
 * not changed, and the base would be read again.
 */
import {
  chmod,
  constants,
  copyFile,
  mkdir,
  open,
  readdir,
  realpath,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '../../../files/read-regular-file.js';
import { edited, editedWhere, type Message, textFrom } from '../../onnx/graph/messages.js';
import { GRAPH, MODEL, TENSOR } from '../../onnx/graph/onnx-fields.js';
import { bytesField, parseMessage, serializeMessage } from '../../onnx/graph/wire.js';
import { MAX_GRAPH_BYTES } from '../base-weights.js';
import type { MergePlan, WeightChange } from '../plan-merge.js';
import { WeightMerger } from './weight-merger.js';

/** Bytes that {@link mergeModel} writes: the files of parts that change, and those outside of parts. */
export async function mergedBytes({ directory, changes }: MergePlan): Promise<number> {
  let bytes = 0;
  for (const { name, isFolder, size } of await entriesOf(directory)) {
    if (!isFolder) bytes += size;
    if (!changes.has(name)) continue;
    for (const file of await entriesOf(join(directory, name))) bytes += file.isFolder ? 0 : file.size;
  }
  return bytes;
}

/**
 * Writes the merged model into `target`, an empty folder; all of it is on the disk when this resolves.
 * @param threads of ONNX Runtime, which multiplies; undefined: its own choice
 * @throws ModelError if numbers of a LoRA or of a merged weight are not finite; what the system says if a file cannot be read or
 *   written
 */
export async function mergeModel(plan: MergePlan, target: string, threads?: number): Promise<void> {
  const base = await realpath(plan.directory);
  const merger = new WeightMerger(plan.directory, threads);
  try {
    for (const { name, isFolder } of await entriesOf(base)) {
      const [source, copy] = [join(base, name), join(target, name)];
      const changes = plan.changes.get(name);
      if (!isFolder) await sync(await copyWhole(source, copy));
      else if (changes === undefined) await linkTo(source, copy);
      else await mergePart(source, copy, changes, merger);
    }
    await sync(target);
  } finally {
    await merger.close();
  }
}

async function mergePart(
  source: string,
  copy: string,
  changes: readonly WeightChange[],
  merger: WeightMerger,
): Promise<void> {
  await mkdir(copy);
  for (const { name, isFolder } of await entriesOf(source))
    await (isFolder ? linkTo : copyWhole)(join(source, name), join(copy, name));
  const files = new Set(changes.flatMap(({ weight: { place } }) => place?.file ?? []));
  for (const file of files) await mergeInFile(join(copy, file), file, changes, merger);
  await mergeInGraph(join(copy, 'model.onnx'), changes, merger);
  for (const { name, isFolder } of await entriesOf(copy)) if (!isFolder) await sync(join(copy, name));
  await sync(copy);
}

/** Merges external weights, in the order of the file. */
async function mergeInFile(
  path: string,
  name: string,
  changes: readonly WeightChange[],
  merger: WeightMerger,
): Promise<void> {
  const places = changes
    .flatMap((change) => (change.weight.place?.file === name ? [{ change, at: change.weight.place.at }] : []))
    .sort((a, b) => a.at - b.at);
  const file = await open(path, 'r+');
  try {
    for (const { change, at } of places) {
      const bytes = new Uint8Array(bytesOf(change));
      await file.read(bytes, 0, bytes.length, at);
      await file.write(await merger.merge(change, bytes), 0, bytes.length, at);
    }
  } finally {
    await file.close();
  }
}

/** Merges weights of less than a kilobyte, which the export leaves in the graph. */
async function mergeInGraph(
  path: string,
  changes: readonly WeightChange[],
  merger: WeightMerger,
): Promise<void> {
  const inside = changes.filter(({ weight }) => weight.place === undefined);
  if (inside.length === 0) return;
  const model = parseMessage(await readRegularFile(path, { maxBytes: MAX_GRAPH_BYTES }));
  const merged = new Map<string, Uint8Array>();
  for (const tensor of tensorsOf(model)) {
    const change = inside.find(({ weight }) => weight.initializer === textFrom(tensor, TENSOR.name));
    const raw = tensor.find(({ number }) => number === TENSOR.rawData);
    // Copied, since values in a protobuf are not aligned.
    if (change !== undefined && raw !== undefined)
      merged.set(change.weight.initializer, await merger.merge(change, Uint8Array.from(raw.value)));
  }
  await writeFile(path, serializeMessage(editedWhere(model, MODEL.graph, (graph) => withRaw(graph, merged))));
}

const tensorsOf = (model: Message): Message[] =>
  model
    .filter(({ number }) => number === MODEL.graph)
    .flatMap(({ value }) => parseMessage(value))
    .filter(({ number }) => number === GRAPH.initializer)
    .map(({ value }) => parseMessage(value));

const withRaw = (graph: Message, merged: ReadonlyMap<string, Uint8Array>): Message =>
  graph.map((field) => {
    if (field.number !== GRAPH.initializer) return field;
    const bytes = merged.get(textFrom(parseMessage(field.value), TENSOR.name));
    if (bytes === undefined) return field;
    return edited(field, (tensor) =>
      tensor.map((one) => (one.number === TENSOR.rawData ? bytesField(TENSOR.rawData, bytes) : one)),
    );
  });

function bytesOf({ weight: { dims, type } }: WeightChange): number {
  return dims.reduce((product, size) => product * size, type === 'float16' ? 2 : 4);
}

/** Entries without hidden ones, which are ignored in all model directories. */
async function entriesOf(folder: string) {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  return await Promise.all(
    names.map(async (name) => {
      const entry = await stat(join(folder, name));
      return { name, isFolder: entry.isDirectory(), size: entry.size };
    }),
  );
}

/** On Windows a junction, which needs no privilege; a symbolic link elsewhere. */
const linkTo = (source: string, copy: string): Promise<void> => symlink(source, copy, 'junction');

/** Copy-on-write where the file system has it (Btrfs, XFS, APFS). */
async function copyWhole(source: string, copy: string): Promise<string> {
  await copyFile(source, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  // The base may be read-only.
  await chmod(copy, 0o644);
  return copy;
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
