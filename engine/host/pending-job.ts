/**
 * What the engine host knows about one job on its way through the engine process.
 */
import type { EngineEvent, LoadJob } from '../engine.js';
import type { WorkRequest } from '../protocol.js';
import { EventStream } from './event-stream.js';

export class PendingJob {
  readonly events = new EventStream<EngineEvent>();
  /** `waiting`: behind another job; a fresh process can take it over. `over`: its last message has come. */
  state: 'waiting' | 'loading' | 'computing' | 'over' = 'waiting';
  cancelRequested = false;
  private step = 0;
  private of = 0;

  constructor(readonly request: WorkRequest) {}

  get job(): LoadJob {
    return this.request.job;
  }

  get working(): boolean {
    return this.state === 'loading' || this.state === 'computing';
  }

  /** Takes note of where the job is, and passes the event on. */
  advance(event: EngineEvent): void {
    if (event.type === 'loading') this.state = 'loading';
    if (event.type === 'started') {
      this.state = 'computing';
      this.step = this.request.type === 'generate' ? (this.request.job.from?.step ?? 0) : 0;
      this.of = event.of;
    }
    if (event.type === 'step') this.step = event.step;
    this.events.push(event);
  }

  end(error?: Error): void {
    this.state = 'over';
    this.events.end(error);
  }

  /** For messages: what the device is doing for this job. */
  get activity(): string {
    if (this.state === 'waiting') return 'starting';
    if (this.state === 'loading') return `loading the model ${this.job.modelDirectory}`;
    return this.step < this.of ? `computing step ${this.step + 1} of ${this.of}` : 'decoding the final image';
  }
}
