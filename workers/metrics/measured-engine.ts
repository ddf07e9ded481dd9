/**
 * An engine whose work is measured: how long its steps and decodings take on the device, and for how long the device was at work. It
 * does what the engine does.
 */
import type { Engine, EngineEvent, EngineJob } from '../../engine/engine.js';
import { metrics } from './metrics.js';

export class MeasuredEngine implements Engine {
  /** @param device name of the device, or `only` where it has none */
  constructor(
    private readonly engine: Engine,
    private readonly device: string,
  ) {}

  async *generate(job: EngineJob, signal: AbortSignal): AsyncGenerator<EngineEvent, void, void> {
    for await (const event of this.engine.generate(job, signal)) {
      this.#note(event);
      yield event;
    }
  }

  #note(event: EngineEvent): void {
    const tags = { device: this.device };
    if (event.type !== 'step' && event.type !== 'final') return;
    const seconds = event.durationMs / 1000;
    if (event.type === 'step')
      metrics.seconds('pregen_step', 'Time of a denoising step on the device', seconds, tags);
    else metrics.seconds('pregen_decode', 'Time from the last step to decoded pixels', seconds, tags);
    const busyMs = Math.round(event.durationMs);
    metrics.count('pregen_device_busy_milliseconds', 'Time in which the device computed', tags, busyMs);
  }
}
