/**
 * Whether a show is paused, by whom or by what, and for how long in all: pace and remaining time count working time
 * only.
 */
import type { PauseState } from '../domain/show-state.js';

export class PauseClock {
  #since: string | undefined;
  #because: string | undefined;
  #totalMs: number;

  constructor({ since, because, totalMs }: PauseState = { totalMs: 0 }) {
    this.#since = since;
    this.#because = because;
    this.#totalMs = totalMs;
  }

  get paused(): boolean {
    return this.#since !== undefined;
  }

  get because(): string | undefined {
    return this.#because;
  }

  /** A person's pause needs no reason; a second pause changes nothing. */
  pause(because?: string): void {
    if (this.paused) return;
    this.#since = new Date().toISOString();
    this.#because = because;
  }

  resume(): void {
    this.#totalMs = this.totalMs();
    this.#since = undefined;
    this.#because = undefined;
  }

  /** Milliseconds of all pauses, the present one included. */
  totalMs(): number {
    return this.#totalMs + (this.#since === undefined ? 0 : Date.now() - Date.parse(this.#since));
  }

  state(): PauseState {
    return {
      totalMs: this.#totalMs,
      ...(this.#since === undefined ? {} : { since: this.#since }),
      ...(this.#because === undefined ? {} : { because: this.#because }),
    };
  }
}
