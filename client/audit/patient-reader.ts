/**
 * A store for reading a hundred thousand objects in a row: stores never retry by themselves, and one hiccup of a
 * distant one must not end an hour of auditing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ObjectHead, type ObjectStore, StoreError, unlessAbsent } from '../../storage/object-store.js';
import { compareBytes } from './expected-variants.js';

/** Pauses before the second and later attempts: half a minute in all, which outlasts throttling and a restart. */
const PAUSES_MS = [250, 1000, 4000, 10_000, 15_000];

export class PatientReader {
  constructor(private readonly store: ObjectStore) {}

  /** The object's bytes; undefined when it is gone. */
  get(key: string): Promise<Buffer | undefined> {
    return unlessAbsent(patiently(() => this.store.get(key)));
  }

  head(key: string): Promise<ObjectHead | undefined> {
    return patiently(() => this.store.head(key));
  }

  /** Lists everything under `prefix`. Interrupted, it lists again and goes on behind the last key. */
  async *list(prefix: string): AsyncGenerator<ObjectHead> {
    let last = '';
    for (let attempt = 0; ; ) {
      try {
        for await (const head of this.store.list(prefix)) {
          if (last !== '' && compareBytes(head.key, last) <= 0) continue;
          attempt = 0;
          last = head.key;
          yield head;
        }
        return;
      } catch (error) {
        await pauseOrThrow(error, attempt);
        attempt += 1;
      }
    }
  }
}

/** What `call` returns, tried again while its failures are transient, for half a minute. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      await pauseOrThrow(error, attempt);
    }
  }
}

async function pauseOrThrow(error: unknown, attempt: number): Promise<void> {
  const pause = PAUSES_MS[attempt];
  if (!(error instanceof StoreError) || error.kind !== 'transient' || pause === undefined) throw error;
  await sleep(pause);
}
