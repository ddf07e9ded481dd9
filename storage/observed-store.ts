/**
 * A store whose outcomes somebody wants to know, for health and metrics: it does what the store does, and tells of each call how it
 * ended. An abort of the caller is nobody's news.
 */
import {
  type ListedKey,
  type ListOptions,
  type ObjectHead,
  type ObjectStore,
  type PutOptions,
  type StoreCallOptions,
  StoreError,
  type StoreVerb,
} from './object-store.js';

/** @param error undefined after a success; absence and lost races are successes of the store, too */
export type StoreObserver = (verb: StoreVerb, error: StoreError | undefined) => void;

export class ObservedStore implements ObjectStore {
  constructor(
    private readonly store: ObjectStore,
    private readonly observe: StoreObserver,
  ) {}

  get description(): string {
    return this.store.description;
  }

  put(key: string, body: Buffer, options: PutOptions) {
    return this.#told('put', this.store.put(key, body, options));
  }

  get(key: string, options?: StoreCallOptions) {
    return this.#told('get', this.store.get(key, options));
  }

  getVersioned(key: string, options?: StoreCallOptions) {
    return this.#told('get', this.store.getVersioned(key, options));
  }

  head(key: string, options?: StoreCallOptions) {
    return this.#told('head', this.store.head(key, options));
  }

  list(prefix: string, options: ListOptions & { readonly keysOnly: true }): AsyncIterable<ListedKey>;
  list(prefix: string, options?: StoreCallOptions): AsyncIterable<ObjectHead>;
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectHead> {
    return this.#listed(this.store.list(prefix, options));
  }

  copy(from: string, to: string, options?: StoreCallOptions) {
    return this.#told('copy', this.store.copy(from, to, options));
  }

  delete(key: string, options?: StoreCallOptions) {
    return this.#told('delete', this.store.delete(key, options));
  }

  close(): void {
    this.store.close();
  }

  async #told<T>(verb: StoreVerb, call: Promise<T>): Promise<T> {
    try {
      const result = await call;
      this.observe(verb, undefined);
      return result;
    } catch (error) {
      this.#tell(verb, error);
      throw error;
    }
  }

  async *#listed(objects: AsyncIterable<ObjectHead>): AsyncIterable<ObjectHead> {
    try {
      yield* objects;
      this.observe('list', undefined);
    } catch (error) {
      this.#tell('list', error);
      throw error;
    }
  }

  #tell(verb: StoreVerb, error: unknown): void {
    if (!(error instanceof StoreError)) return;
    const isAnswer = error.kind === 'not-found' || error.kind === 'conflict';
    this.observe(verb, isAnswer ? undefined : error);
  }
}
