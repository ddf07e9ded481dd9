/**
 * What the store holds, one variant at a time. A listing in byte order has the objects of a variant side by side, so
 * only those of one variant are ever held.
 */
import { parseVariantKey } from '../../domain/object-keys.js';
import type { ObjectHead } from '../../storage/object-store.js';

export interface StoredVariant {
  /** `{cueId}/{variantId}/` below the version's `cues/`, or the whole rest of a key that lies elsewhere. */
  readonly folder: string;
  readonly objects: number;
  readonly final?: ObjectHead;
  readonly timing?: ObjectHead;
  readonly steps: ReadonlyMap<number, ObjectHead>;
  /** Keys that no part of this system writes: the first few. */
  readonly unknownKeys: readonly string[];
}

/** Strangers named per folder; more would only repeat what the first few say. */
const MAX_UNKNOWN_KEYS = 3;

/** Groups a listing of everything under `root` (`cuesPrefix`), which must be in byte order. */
export async function* storedVariants(
  root: string,
  listing: AsyncIterable<ObjectHead>,
): AsyncGenerator<StoredVariant> {
  let group: Group | undefined;
  for await (const head of listing) {
    const folder = folderOf(head.key.slice(root.length));
    if (group !== undefined && group.folder !== folder) {
      yield group;
      group = undefined;
    }
    group ??= new Group(folder);
    group.add(root, head);
  }
  if (group !== undefined) yield group;
}

const folderOf = (path: string): string => /^[^/]+\/[^/]+\//.exec(path)?.[0] ?? path;

class Group implements StoredVariant {
  objects = 0;
  final?: ObjectHead;
  timing?: ObjectHead;
  readonly steps = new Map<number, ObjectHead>();
  readonly unknownKeys: string[] = [];

  constructor(readonly folder: string) {}

  add(root: string, head: ObjectHead): void {
    this.objects += 1;
    const object = parseVariantKey(root, head.key)?.object;
    if (object?.kind === 'step') this.steps.set(object.step, head);
    else if (object?.kind === 'final') this.final = head;
    else if (object?.kind === 'timing') this.timing = head;
    else if (this.unknownKeys.length < MAX_UNKNOWN_KEYS) this.unknownKeys.push(head.key);
  }
}
