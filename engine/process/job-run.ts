/**
 * One job inside the engine process: take the model, generate, and hand each result to the reply writer. Nothing here encodes,
 * writes or stores; between two steps the event loop turns once, so that a cancellation can arrive.
 */
import { readFileSync } from 'node:fs';
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import type { DiffusionModel, GenerateOptions, GenerationRequest } from '../../diffusion/index.js';
import { given } from '../../domain/given.js';
import type { EngineJob } from '../engine.js';
import { decodeCheckpoint } from '../files/latents-file.js';
import { type JobMessage, MAX_STEPS_AHEAD } from '../protocol.js';
import type { ModelCache } from './model-cache.js';
import { type FileToWrite, reportOf } from './report.js';

/** Where a job's model comes from. */
export type Models = Pick<ModelCache, 'take'>;

export class JobRun {
  private cancelled = false;
  private stepsAhead = 0;
  private wake = () => {};

  constructor(
    readonly job: EngineJob,
    private readonly send: (message: JobMessage, files?: readonly FileToWrite[]) => void,
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
  async run(models: Models): Promise<void> {
    if (this.cancelled || (await this.generate(models))) this.send({ type: 'cancelled' });
  }

  /** Whether it was cancelled on the way. */
  private async generate(models: Models): Promise<boolean> {
    const model = await models.take(this.job, () => this.send({ type: 'loading' }));
    if (this.cancelled) return true;
    const request = this.request();
    model.check(request, this.job.preview);
    this.send({ type: 'started', info: model.info, of: model.iterations(request) });
    for await (const event of model.generate(request, this.options())) {
      if (event.type === 'final') await this.requireCurrent(model);
      const report = reportOf(this.job, event);
      this.send(report.event, report.files);
      if (event.type === 'final') return false;
      await this.mayGoOn(event.type === 'step');
      if (this.cancelled) break;
    }
    return true;
  }

  /** Steps of two models make no image of either: it fails, and is tried again with the model that is there then. */
  private async requireCurrent(model: DiffusionModel): Promise<void> {
    if (await model.isCurrent()) return;
    throw new Error(`the files in ${model.info.directory} have changed while they were computed with`);
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
      ...given({ preview }),
    };
  }
}
