/**
 * Whether the store does what is asked of it. What uploads meet counts at once; while nothing is asked, an object that does not exist is
 * asked for now and then, which shows endpoint, bucket and credentials, costs next to nothing and leaves nothing behind.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore, StoreVerb } from '../../storage/object-store.js';
import type { StoreObserver } from '../../storage/observed-store.js';
import { reportPart, type Watched } from './watch-part.js';

/** 43,000 reads a month, less than two US cents on S3 and R2. */
const LOOK_EVERY_MS = 60_000;
const LOOK_WHILE_FAILING_MS = 5_000;
/** A failure of a write that is this old is not counted any more, if reading works: nothing may be left to be written. */
const FORGOTTEN_AFTER_MS = 5 * 60_000;
const NOT_THERE = 'pregen/health';

const WRITES: readonly StoreVerb[] = ['put', 'copy', 'delete'];

export class StoreHealth {
  #writesFailAt: number | undefined;

  constructor(private readonly to: Pick<Watched, 'health' | 'say'>) {}

  readonly observe: StoreObserver = (verb, error) => {
    const writes = WRITES.includes(verb);
    if (error !== undefined) {
      if (writes) this.#writesFailAt = Date.now();
      return reportPart({ ...this.to, part: 'store' }, 'failing', error.message);
    }
    if (writes) this.#writesFailAt = undefined;
    if (!this.#writesFail()) reportPart({ ...this.to, part: 'store' }, 'ready');
  };

  /** Asks the store, by way of its observer; the function that comes back ends it. */
  watch(store: ObjectStore): () => void {
    const ended = new AbortController();
    void this.#keepAsking(store, ended.signal);
    return () => ended.abort();
  }

  async #keepAsking(store: ObjectStore, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // How it ended, the observer knows.
      await store.getVersioned(NOT_THERE, { signal }).catch(() => {});
      const pauseMs = this.#isFailing ? LOOK_WHILE_FAILING_MS : LOOK_EVERY_MS;
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  get #isFailing(): boolean {
    return this.to.health.parts.some(({ part, state }) => part === 'store' && state === 'failing');
  }

  /** A store that can be read may still refuse what is written. */
  #writesFail(): boolean {
    return this.#writesFailAt !== undefined && Date.now() - this.#writesFailAt < FORGOTTEN_AFTER_MS;
  }
}
