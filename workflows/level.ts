/**
 * Tells another workflow a state until the latest one has arrived. Only one message is on its way at a time, so that none
 * overtakes another; what has changed meanwhile is told next. What is told is always the whole state, never a change of it:
 * nothing depends on a message that could get lost.
 */

export class Level<State> {
  #latest: State | undefined;
  #arrived: State | undefined;
  #telling = false;

  /** @param send resolves when the server has delivered the message; rejects when there is nobody to tell any more */
  constructor(private readonly send: (state: State) => Promise<void>) {}

  get latest(): State | undefined {
    return this.#latest;
  }

  /** Tells `state`, now or as soon as the message on its way has arrived. */
  tell(state: State): void {
    this.#latest = state;
    if (!this.#telling) void this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    this.#telling = true;
    while (this.#latest !== undefined && this.#latest !== this.#arrived) {
      const state = this.#latest;
      try {
        await this.send(state);
      } catch {
        // The other one has ended, or this one is being cancelled: there is nothing to tell any more.
        return;
      }
      this.#arrived = state;
    }
    this.#telling = false;
  }
}
