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
import { type JobMessage, MAX_STEPS_AHEAD, type WorkRequest } from '../protocol.js';
import type { ModelCache } from './model-cache.js';
import { type FileToWrite, reportOf } from './report.js';

/** Where a job's model comes from. */
export type Models = Pick<ModelCache, 'take'>;

export class JobRun {
  private cancelled = false;
  private stepsAhead = 0;
  private wake = () => {};

  constructor(
    private readonly order: WorkRequest,
    private readonly send: (message: JobMessage, files?: readonly FileToWrite[]) => void,
  ) {}

  get jobId(): string {
    return this.order.job.jobId;
  }

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
    if (this.cancelled || (await this.work(models))) this.send({ type: 'cancelled' });
  }

  /** Whether it was cancelled on the way. */
  private async work(models: Models): Promise<boolean> {
    const model = await models.take(this.order.job, () => this.send({ type: 'loading' }));
    if (this.cancelled) return true;
    if (this.order.type === 'generate') return this.generate(model, this.order.job);
    this.send({ type: 'loaded' });
    return false;
  }

  private async generate(model: DiffusionModel, job: EngineJob): Promise<boolean> {
    const request = requestOf(job);
    model.check(request, job.preview);
    this.send({ type: 'started', info: model.info, of: model.iterations(request) });
    for await (const event of model.generate(request, optionsOf(job))) {
      if (event.type === 'final') await this.requireCurrent(model);
      const report = reportOf(job, event);
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
}

function requestOf({ request, image }: EngineJob): GenerationRequest {
  if (image === undefined) return request;
  return { ...request, image: { ...image, data: readFileSync(image.path) } };
}

function optionsOf({ from, preview }: EngineJob): GenerateOptions {
  return {
    ...(from === undefined
      ? {}
      : { from: { step: from.step, ...decodeCheckpoint(readFileSync(from.path)) } }),
    ...given({ preview }),
  };
}
