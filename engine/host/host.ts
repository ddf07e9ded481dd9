/**
 * Keeps one engine process alive and hands it jobs, so that whatever happens to native code is an error with a name
 * here, promptly, and never more than the step in flight.
 *
 * The process has every job from the start and works through them by itself. When it dies, the job that it was
 * computing fails with an EngineLostError; jobs behind it are handed to a fresh process and notice nothing.
 */
import { entryPoint } from '../../package/entry-point.js';
import {
  type Engine,
  type EngineEvent,
  EngineFailedError,
  type EngineJob,
  EngineLostError,
  type LoadJob,
} from '../engine.js';
import type { EngineReply, WorkRequest } from '../protocol.js';
import { type ChildExit, describeExit, type EngineChild, type EngineEnvironment } from './child.js';
import { PendingJob } from './pending-job.js';
import { EngineSupervisor } from './supervisor.js';
import { Watchdog } from './watchdog.js';

export interface EngineHostOptions {
  /** A step (or the decoding) that takes longer than this is a hang. */
  readonly stepTimeoutMs: number;
  /** The same for starting the process and loading a model. */
  readonly loadTimeoutMs?: number;
  /** Told, in one sentence, whenever a process had to be replaced. */
  readonly report: (incident: string) => void;
  /** Absolute path of what the process runs, where something else stands in for the device. */
  readonly module?: string;
  /** Told of each line that a process prints. */
  readonly onPrinted?: (line: string) => void;
  /** Beside this process's own, without secrets. */
  readonly environment?: EngineEnvironment;
}

/** Half an hour: tens of gigabytes of weights from a network disk, then a device's first compilation of kernels. */
const LOAD_TIMEOUT_MS = 30 * 60_000;
export class EngineHost implements Engine {
  private readonly jobs = new Map<string, PendingJob>();
  private readonly watchdog = new Watchdog((limitMs) => this.giveUp(limitMs));
  private readonly supervisor: EngineSupervisor;
  private hungForMs: number | undefined;

  constructor(private readonly options: EngineHostOptions) {
    this.supervisor = new EngineSupervisor(
      {
        module: options.module ?? entryPoint(import.meta.url, '../process/process.js'),
        environment: options.environment ?? {},
        onPrinted: options.onPrinted,
      },
      {
        reply: (reply) => this.hear(reply),
        exited: (child, exit) => this.onExit(child, exit),
        started: (child) => this.handOver(child),
      },
    );
  }

  /** Process id of the engine process, for people and for tests. */
  get pid(): number | undefined {
    return this.supervisor.current.pid;
  }

  generate(job: EngineJob, signal: AbortSignal): AsyncGenerator<EngineEvent, void, void> {
    return this.work({ type: 'generate', job }, signal);
  }

  /** Resolves when the model is in memory; throws as `generate` does. */
  async load(job: LoadJob, signal: AbortSignal): Promise<void> {
    for await (const _ of this.work({ type: 'load', job }, signal));
  }

  /** Ends the process and waits until it is gone. Jobs that were not over fail. */
  async close(): Promise<void> {
    this.watchdog.rest();
    await this.supervisor.close();
    for (const pending of this.jobs.values()) this.finish(pending, new Error('The engine was closed.'));
  }

  private async *work(request: WorkRequest, signal: AbortSignal): AsyncGenerator<EngineEvent, void, void> {
    signal.throwIfAborted();
    const pending = this.enqueue(request);
    const { jobId } = request.job;
    const cancel = () => this.cancel(pending);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const event of pending.events) {
        yield event;
        if (event.type === 'step')
          this.supervisor.current.send({ type: 'acknowledge', jobId, step: event.step });
      }
      if (pending.cancelRequested) signal.throwIfAborted();
    } finally {
      signal.removeEventListener('abort', cancel);
      await this.settle(pending);
    }
  }

  private enqueue(request: WorkRequest): PendingJob {
    if (this.supervisor.closed) throw new Error('The engine is closed.');
    const pending = new PendingJob(request);
    this.jobs.set(request.job.jobId, pending);
    this.supervisor.current.send(request);
    if (this.jobs.size === 1) this.feedWatchdog();
    return pending;
  }

  private cancel(pending: PendingJob): void {
    if (pending.cancelRequested || pending.state === 'over') return;
    pending.cancelRequested = true;
    if (this.supervisor.current.gone) this.finish(pending);
    else this.supervisor.current.send({ type: 'cancel', jobId: pending.job.jobId });
  }

  private finish(pending: PendingJob, error?: Error): void {
    pending.end(error);
    this.jobs.delete(pending.job.jobId);
  }

  /** Waits until the device has really stopped, also when the consumer walked away. */
  private async settle(pending: PendingJob): Promise<void> {
    this.cancel(pending);
    try {
      for await (const _ of pending.events);
    } catch {
      // The caller has its own reason for aborting; all that matters here is that the job is over.
    }
  }

  private hear(reply: EngineReply): void {
    if (reply.type === 'job') this.hearOf(reply);
    this.feedWatchdog();
  }

  private hearOf({ jobId, message }: Extract<EngineReply, { type: 'job' }>): void {
    const pending = this.jobs.get(jobId);
    if (pending === undefined) return;
    if (message.type === 'failed') this.finish(pending, new EngineFailedError(message.failure));
    else if (message.type === 'cancelled') this.finish(pending);
    else pending.advance(message);
    if (message.type === 'final' || message.type === 'loaded') this.finish(pending);
  }

  private feedWatchdog(): void {
    if (this.jobs.size === 0) {
      this.watchdog.rest();
      return;
    }
    const loading =
      !this.supervisor.current.ready || [...this.jobs.values()].some(({ state }) => state === 'loading');
    const { stepTimeoutMs, loadTimeoutMs = LOAD_TIMEOUT_MS } = this.options;
    this.watchdog.feed(loading ? loadTimeoutMs : stepTimeoutMs);
  }

  private giveUp(limitMs: number): void {
    // Silent because the spool is far behind in storing steps: the engine waits, and is well.
    const behind = [...this.jobs.values()].some(({ events }) => events.waiting > 0);
    if (behind) {
      this.feedWatchdog();
      return;
    }
    this.hungForMs = limitMs;
    this.supervisor.current.kill();
  }

  /** Fails the job that the process was computing; if it never did anything, the first one, lest it be handed on for ever. */
  private onExit(child: EngineChild, exit: ChildExit): void {
    const ending =
      this.hungForMs === undefined
        ? describeExit(exit)
        : `gave no sign of life for ${this.hungForMs / 1000} s and was killed`;
    this.hungForMs = undefined;
    this.options.report(`The engine process ${child.pid ?? ''} ${ending}; it is replaced.`);
    const jobs = [...this.jobs.values()];
    const failed = jobs.find(({ working }) => working) ?? (child.worked ? undefined : jobs[0]);
    if (failed !== undefined) this.finish(failed, lossOf(failed, ending, child.stderrTail));
    for (const pending of jobs) if (pending.cancelRequested) this.finish(pending);
  }

  private handOver(child: EngineChild): void {
    for (const { request } of this.jobs.values()) child.send(request);
    this.feedWatchdog();
  }
}

/** The caller that has cancelled the job is not interested in how it ended. */
function lossOf({ job, activity, cancelRequested }: PendingJob, ending: string, stderrTail: string) {
  if (cancelRequested) return undefined;
  return new EngineLostError({ subject: job.subject, activity, ending, stderrTail: stderrTail.trim() });
}
