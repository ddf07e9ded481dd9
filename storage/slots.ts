/**
 * A counting semaphore: at most so many things at once, first come first served.
 *
 * Unlike a plain queue, whoever waits can stop waiting when its signal aborts.
 */

export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  /** Runs `work` when a slot is free and frees it afterwards. Rejects with the signal's reason if that comes first. */
  async run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.acquire(signal);
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  private async acquire(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const granted = () => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      const aborted = () => {
        this.waiting.splice(this.waiting.indexOf(granted), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.waiting.push(granted);
    });
  }

  private release(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}

/** One at a time for each key, and any number of keys at once. */
export class KeyedTurns {
  private readonly turns = new Map<string, { readonly slots: Slots; users: number }>();

  async run<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const turn = this.turns.get(key) ?? { slots: new Slots(1), users: 0 };
    this.turns.set(key, turn);
    turn.users += 1;
    try {
      return await turn.slots.run(signal, work);
    } finally {
      turn.users -= 1;
      if (turn.users === 0) this.turns.delete(key);
    }
  }
}
