/**
 * What the spool holds, for the heartbeats by which people and `show watch` know it. Adding up a folder of thousands of
 * files takes time, so a heartbeat tells the last figure and never waits for the next: that is measured in the background,
 * seldom enough to cost next to nothing.
 */
import type { SpoolUsage } from '../../domain/denoise-heartbeat.js';

/** The spool as the gauge needs it. */
export interface Measurable {
  usage(): Promise<SpoolUsage>;
}

/** Of the time between two measurements, a measurement takes a twentieth at most; and it has news every few seconds at best. */
const REST_PER_MEASUREMENT = 20;
const SHORTEST_REST_MS = 5_000;

export class SpoolGauge {
  #last: SpoolUsage | undefined;
  #measuring = false;
  #dueAt = 0;

  constructor(private readonly spool: Measurable) {}

  /** The last known usage; undefined until there is one. Begins a new measurement if one is due. */
  read(): SpoolUsage | undefined {
    if (!this.#measuring && Date.now() >= this.#dueAt) void this.#measure();
    return this.#last;
  }

  /** Takes over a figure that was measured for another purpose. */
  note(usage: SpoolUsage): void {
    this.#last = usage;
  }

  async #measure(): Promise<void> {
    this.#measuring = true;
    const startedAt = Date.now();
    try {
      this.note(await this.spool.usage());
    } catch {
      // A disk that cannot be read fails the image itself, in better words.
      this.#last = undefined;
    } finally {
      const endedAt = Date.now();
      this.#dueAt = endedAt + Math.max(SHORTEST_REST_MS, (endedAt - startedAt) * REST_PER_MEASUREMENT);
      this.#measuring = false;
    }
  }
}
