import { lstat, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { given } from '../../domain/given.js';
import { errnoOf } from '../../domain/system-error.js';
import { readRegularFile } from '../../files/read-regular-file.js';
import { contentTypeOf } from '../content-type.js';
import { makeFolderDurably, syncFolder, writeDurably } from '../durable-file.js';
import { assertKeyPrefix, assertObjectKey } from '../object-key.js';
import type { ObjectHead, ObjectStore, PutOptions, StoreCallOptions, StoreVerb } from '../object-store.js';
import { StoreError } from '../object-store.js';
import { folderError, linkError } from './folder-errors.js';
import { listFolder } from './folder-listing.js';

/** Many times the largest picture; no object of ours comes near it. */
const MAX_OBJECT_BYTES = 2 ** 30;

/** A delete may prune the folder between our mkdir and our write; losing that race this often is not chance. */
const PUT_ATTEMPTS = 5;

export class FolderStore implements ObjectStore {
  readonly description: string;
  private readonly root: string;

  /** `root` is made by the first put, not before: looking at a store changes nothing. */
  constructor(root: string) {
    this.root = resolve(root);
    this.description = `file:${this.root}`;
  }

  async put(key: string, body: Buffer, { signal }: PutOptions): Promise<void> {
    await this.run('put', key, signal, async (path) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await makeFolderDurably(dirname(path));
          return await writeDurably(path, body, signal);
        } catch (error) {
          if (errnoOf(error) !== 'ENOENT' || attempt === PUT_ATTEMPTS) throw error;
        }
      }
    });
  }

  async get(key: string, { signal }: StoreCallOptions = {}): Promise<Buffer> {
    return this.run('get', key, signal, (path) =>
      readRegularFile(path, { maxBytes: MAX_OBJECT_BYTES, noFollow: true, ...given({ signal }) }),
    );
  }

  async head(key: string, { signal }: StoreCallOptions = {}): Promise<ObjectHead | undefined> {
    try {
      const facts = await this.run('head', key, signal, (path) => lstat(path));
      if (!facts.isFile()) return undefined;
      return { key, bytes: facts.size, contentType: contentTypeOf(key), modifiedAt: facts.mtime };
    } catch (error) {
      if (error instanceof StoreError && error.kind === 'not-found') return undefined;
      throw error;
    }
  }

  async *list(prefix: string, { signal }: StoreCallOptions = {}): AsyncGenerator<ObjectHead> {
    assertKeyPrefix(this.description, prefix);
    signal?.throwIfAborted();
    try {
      await this.refuseLinks('list', prefix);
      yield* listFolder(this.root, prefix, signal);
    } catch (error) {
      throw folderError(this.description, 'list', prefix, error);
    }
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

  /** S3 has no empty folders, so neither has this store. A folder that somebody just wrote to stays. */
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
