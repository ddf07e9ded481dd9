/**
 * A counting semaphore: at most so many things at once, first come first served.
 *
 * Unlike in a plain queue, a caller can stop waiting when its signal aborts.
 */

export class Slots {
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(protected count: number) {}

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
    if (this.taken < this.count) {
      this.taken += 1;
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
    this.taken -= 1;
    this.admit();
  }

  /** Lets in those that fit. */
  protected admit(): void {
    while (this.taken < this.count) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.taken += 1;
      next();
    }
  }
}

/**
 * Slots whose number follows what the other side can take, as TCP's window does: halved whenever it is overloaded, one
 * more after a whole round of successes. On a slow line, many at once would only make each of them time out, for ever.
 */
export class AdaptiveSlots extends Slots {
  private successes = 0;

  constructor(
    private readonly least: number,
    private readonly most: number,
  ) {
    super(most);
  }

  overloaded(): void {
    this.successes = 0;
    this.count = Math.max(this.least, Math.floor(this.count / 2));
  }

  succeeded(): void {
    this.successes += 1;
    if (this.successes < this.count || this.count === this.most) return;
    this.successes = 0;
    this.count += 1;
    this.admit();
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
