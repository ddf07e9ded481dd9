import { lstat, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { given } from '../../domain/given.js';
import { errnoOf } from '../../domain/system-error.js';
import { readRegularFile, UnfitFileError } from '../../files/read-regular-file.js';
import { contentTypeOf } from '../content-type.js';
import { copyDurably, makeFolderDurably, syncFolder, writeDurably } from '../durable-file.js';
import { assertCopyKeys, assertKeyPrefix, assertObjectKey } from '../object-key.js';
import type {
  ListedKey,
  ListOptions,
  ObjectHead,
  ObjectStore,
  PutCondition,
  PutOptions,
  StoreCallOptions,
  StoreVerb,
  VersionedObject,
} from '../object-store.js';
import { unlessAbsent } from '../object-store.js';
import { KeyedTurns } from '../slots.js';
import { tagOf, writeIfAbsent, writeIfTagged } from './conditional-write.js';
import { conflictError, folderError, linkError } from './folder-errors.js';
import { listFolder } from './folder-listing.js';

/** Many times the largest picture; no object of ours comes near it. */
const MAX_OBJECT_BYTES = 2 ** 30;

/** A delete may prune the folder between our mkdir and our write; losing that race this often is not chance. */
const PUT_ATTEMPTS = 5;

export class FolderStore implements ObjectStore {
  readonly description: string;
  private readonly root: string;
  /** Conditional writes of this process wait here, in order, rather than for each other's locks. */
  private readonly turns = new KeyedTurns();

  /** `root` is made by the first put, not before: looking at a store changes nothing. */
  constructor(root: string) {
    this.root = resolve(root);
    this.description = `file:${this.root}`;
  }

  async put(key: string, body: Buffer, { signal, onlyIf }: PutOptions): Promise<void> {
    if (onlyIf !== undefined) return this.putOnlyIf(onlyIf, key, body, signal);
    await this.run('put', key, signal, (path) => inItsFolder(path, () => writeDurably(path, body, signal)));
  }

  async get(key: string, { signal }: StoreCallOptions = {}): Promise<Buffer> {
    return this.run('get', key, signal, (path) =>
      readRegularFile(path, { maxBytes: MAX_OBJECT_BYTES, noFollow: true, ...given({ signal }) }),
    );
  }

  async getVersioned(key: string, options: StoreCallOptions = {}): Promise<VersionedObject | undefined> {
    const body = await unlessAbsent(this.get(key, options));
    return body && { body, tag: tagOf(body) };
  }

  async head(key: string, { signal }: StoreCallOptions = {}): Promise<ObjectHead | undefined> {
    const facts = await unlessAbsent(this.run('head', key, signal, (path) => lstat(path)));
    if (!facts?.isFile()) return undefined;
    return { key, bytes: facts.size, contentType: contentTypeOf(key), modifiedAt: facts.mtime };
  }

  list(prefix: string, options: ListOptions & { readonly keysOnly: true }): AsyncGenerator<ListedKey>;
  list(prefix: string, options?: StoreCallOptions): AsyncGenerator<ObjectHead>;
  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListedKey> {
    assertKeyPrefix(this.description, prefix);
    options.signal?.throwIfAborted();
    try {
      await this.refuseLinks('list', prefix);
      yield* listFolder(this.root, prefix, options);
    } catch (error) {
      throw folderError(this.description, 'list', prefix, error);
    }
  }

  async copy(from: string, to: string, { signal }: StoreCallOptions = {}): Promise<void> {
    assertCopyKeys(this.description, from, to);
    await this.requireObject(from, signal);
    const source = join(this.root, from);
    await this.run('copy', to, signal, (path) =>
      inItsFolder(path, async () => {
        try {
          await copyDurably(source, path, signal);
        } catch (error) {
          await this.requireObject(from, signal);
          throw error;
        }
      }),
    );
  }

  async delete(key: string, { signal }: StoreCallOptions = {}): Promise<void> {
    await this.run('delete', key, signal, async (path) => {
      try {
        await rm(path);
      } catch (error) {
        const code = errnoOf(error);
        if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ERR_FS_EISDIR') return;
        throw error;
      }
      await syncFolder(dirname(path));
      await this.pruneEmptyFolders(dirname(path));
    });
  }

  close(): void {
    // Nothing is held open between calls.
  }

  private async putOnlyIf(
    condition: PutCondition,
    key: string,
    body: Buffer,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const write = (path: string) =>
      condition === 'absent'
        ? inItsFolder(path, () => writeIfAbsent(path, body, signal))
        : this.turns.run(path, signal, () => writeIfTagged(path, body, condition.tag, signal));
    if (!(await this.run('put', key, signal, write))) throw conflictError(this.description, key);
  }

  /** Throws the not-found of a copy, for whatever else than an object, too. */
  private async requireObject(key: string, signal: AbortSignal | undefined): Promise<void> {
    await this.run('copy', key, signal, async (path) => {
      if (!(await lstat(path)).isFile()) throw new UnfitFileError(path, 'is no file');
    });
  }

  private async run<T>(
    verb: StoreVerb,
    key: string,
    signal: AbortSignal | undefined,
    work: (path: string) => Promise<T>,
  ): Promise<T> {
    assertObjectKey(this.description, verb, key);
    signal?.throwIfAborted();
    try {
      await this.refuseLinks(verb, key);
      return await work(join(this.root, key));
    } catch (error) {
      throw folderError(this.description, verb, key, signal?.aborted ? signal.reason : error);
    }
  }

  private async refuseLinks(verb: StoreVerb, key: string): Promise<void> {
    let path = this.root;
    for (const segment of key.split('/')) {
      path = join(path, segment);
      const facts = await lstat(path).catch(() => undefined);
      if (facts === undefined) return;
      if (facts.isSymbolicLink()) throw linkError(this.description, verb, key, path);
    }
  }

  /** S3 has no empty folders, so neither has this store. A folder that was just written to stays. */
  private async pruneEmptyFolders(folder: string): Promise<void> {
    for (let current = folder; current !== this.root; current = dirname(current)) {
      try {
        await rmdir(current);
      } catch {
        return;
      }
    }
  }
}

/** Runs `write`, having made the folder of `path`. */
async function inItsFolder<T>(path: string, write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await makeFolderDurably(dirname(path));
      return await write();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === PUT_ATTEMPTS) throw error;
    }
  }
}
