/**
 * One job inside the engine process: take the model, generate, write each result as a file and say so. Nothing here
 * encodes, syncs or stores; between two steps the event loop turns once, so that a cancellation can arrive.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import type { EngineEvent, EngineJob, RawImageFile } from '../../activities/engine.js';
import { decodeCheckpoint, encodeLatents } from '../../activities/latents-file.js';
import type { GenerateOptions, GenerationEvent, GenerationRequest, RgbImage } from '../../diffusion/index.js';
import type { ModelShelf } from './model-shelf.js';
import { type JobMessage, MAX_STEPS_AHEAD } from './protocol.js';

/** Where a job's model comes from. */
export type Shelf = Pick<ModelShelf, 'take'>;

export class JobRun {
  private cancelled = false;
  private stepsAhead = 0;
  private wake = () => {};

  constructor(
    readonly job: EngineJob,
    private readonly send: (message: JobMessage) => Promise<void>,
  ) {}

  cancel(): void {
    this.cancelled = true;
    this.wake();
  }

  acknowledge(): void {
    this.stepsAhead--;
    this.wake();
  }

  /** Runs the job to its end and reports it. Throws what the model throws. */
  async run(shelf: Shelf): Promise<void> {
    if (this.cancelled) return this.send({ type: 'cancelled' });
    const model = await shelf.take(this.job, () => this.say({ type: 'loading' }));
    if (this.cancelled) return this.send({ type: 'cancelled' });
    const request = this.request();
    model.check(request);
    await this.say({ type: 'started', info: model.info, of: model.iterations(request) });
    for await (const event of model.generate(request, this.options())) {
      await this.send(this.report(event));
      if (event.type === 'final') return;
      await this.mayGoOn(event.type === 'step');
      if (this.cancelled) break;
    }
    await this.send({ type: 'cancelled' });
  }

  /** Sends, and lets the message leave before the thread computes. */
  private async say(event: EngineEvent): Promise<void> {
    await this.send(event);
    await turnOfEventLoop();
  }

  private async mayGoOn(wasStep: boolean): Promise<void> {
    if (wasStep) this.stepsAhead++;
    await turnOfEventLoop();
    while (this.stepsAhead >= MAX_STEPS_AHEAD && !this.cancelled) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private request(): GenerationRequest {
    const { request, image } = this.job;
    if (image === undefined) return request;
    return { ...request, image: { ...image, data: readFileSync(image.path) } };
  }

  private options(): GenerateOptions {
    const { from, preview } = this.job;
    return {
      ...(from === undefined
        ? {}
        : { from: { step: from.step, ...decodeCheckpoint(readFileSync(from.path)) } }),
      ...(preview === undefined ? {} : { preview }),
    };
  }

  private report(event: GenerationEvent): EngineEvent {
    const at = new Date().toISOString();
    switch (event.type) {
      case 'prompt':
        return event;
      case 'step': {
        const { step, of, durationMs, latents, history, preview } = event;
        const latentsPath = this.write(`${step}.latents`, encodeLatents(latents, history));
        const shown = preview === undefined ? {} : { preview: this.writeImage(`${step}.rgb`, preview) };
        return { type: 'step', step, of, durationMs, at, latentsPath, ...shown };
      }
      case 'final': {
        const image = this.writeImage('final.rgb', event.image);
        return { type: 'final', image, durationMs: event.durationMs, at };
      }
    }
  }

  private writeImage(name: string, { data, width, height }: RgbImage): RawImageFile {
    return { path: this.write(name, data), width, height };
  }

  /** Synchronous: the message must not be sent before the file is whole, and nothing else could use the thread. */
  private write(name: string, bytes: Uint8Array): string {
    const path = join(this.job.outputDirectory, `${this.job.jobId}-${name}`);
    writeFileSync(path, bytes);
    return path;
  }
}
