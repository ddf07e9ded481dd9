/**
 * What a worker process counts and measures, beside what the SDK does: all of it is served by the SDK's own Prometheus endpoint
 * (PREGEN_METRICS), and costs next to nothing where nobody asks. Names follow Prometheus: base units, `_total` for counters.
 */
import type { MetricMeter } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';

type Tags = Readonly<Record<string, string>>;

/** Upper bounds in seconds: a fast GPU's step of a small image to a CPU's of a large one. */
export const DURATION_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/**
 * Instruments are made once, at their first use, in each runtime of the SDK: a connection that fails ends the runtime, and the next one
 * begins another with the same settings.
 */
export class Metrics {
  readonly #made = new Map<string, unknown>();
  #madeIn: MetricMeter | undefined;

  /** Adds a whole number, 1 by default, to a counter; `_total` is added to its name. */
  count(name: string, description: string, tags: Tags = {}, by = 1): void {
    this.#once(name, (meter) => meter.createCounter(name, undefined, description)).add(by, tags);
  }

  /** Notes a duration of so many seconds. */
  seconds(name: string, description: string, seconds: number, tags: Tags = {}): void {
    this.#once(name, (meter) => meter.createHistogram(name, 'float', 'seconds', description)).record(
      seconds,
      tags,
    );
  }

  /** Says how much there is of something now. */
  gauge(name: string, description: string, value: number, tags: Tags = {}): void {
    this.#once(name, (meter) => meter.createGauge(name, 'float', undefined, description)).set(value, tags);
  }

  #once<T>(name: string, make: (meter: MetricMeter) => T): T {
    const meter = Runtime.instance().metricMeter;
    if (meter !== this.#madeIn) this.#made.clear();
    this.#madeIn = meter;
    const known = this.#made.get(name) as T | undefined;
    const instrument = known ?? make(meter);
    if (known === undefined) this.#made.set(name, instrument);
    return instrument;
  }
}

/** Of this process. */
export const metrics = new Metrics();
