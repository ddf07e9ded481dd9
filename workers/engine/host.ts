/**
 * Keeps one engine process alive and hands it jobs, so that whatever happens to native code is an error with a name
 * here, promptly, and never more than the step in flight.
 *
 * The process has every job from the start and works through them by itself. When it dies, the job that it was
 * computing fails with an EngineLostError; jobs behind it are handed to a fresh process and notice nothing.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Engine,
  type EngineEvent,
  EngineFailedError,
  type EngineJob,
  EngineLostError,
} from '../../activities/engine.js';
import { type ChildExit, EngineChild } from './child.js';
import type { EngineReply } from './protocol.js';
import { Ticket } from './ticket.js';
import { Watchdog } from './watchdog.js';

export interface EngineHostOptions {
  /** A step (or the decoding) that takes longer than this is a hang. */
  readonly stepTimeoutMs: number;
  /** The same for starting the process and loading a model. */
  readonly loadTimeoutMs?: number;
  /** Told, in one sentence, whenever a process had to be replaced. */
  readonly report: (incident: string) => void;
}

/** Half an hour: tens of gigabytes of weights from a network disk, then a device's first compilation of kernels. */
const LOAD_TIMEOUT_MS = 30 * 60_000;
/** Pause before a process that died while starting is forked again; doubled each time, so that a broken install is no busy loop. */
const FIRST_RESTART_DELAY_MS = 500;
const MAX_RESTART_DELAY_MS = 30_000;

export class EngineHost implements Engine {
  private readonly tickets = new Map<string, Ticket>();
  private readonly watchdog = new Watchdog((limitMs) => this.giveUp(limitMs));
  private readonly closing = new AbortController();
  private readonly lives: Promise<void>;
  private child: EngineChild;
  private failedStarts = 0;
  private hungForMs: number | undefined;

  constructor(private readonly options: EngineHostOptions) {
    this.child = this.fork();
    this.lives = this.keepAlive();
  }

  /** Process id of the engine process, for people and for tests. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  async *generate(job: EngineJob, signal: AbortSignal): AsyncGenerator<EngineEvent, void, void> {
    signal.throwIfAborted();
    const ticket = this.enqueue(job);
    const cancel = () => this.cancel(ticket);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const event of ticket.events) {
        yield event;
        if (event.type === 'step')
          this.child.send({ type: 'acknowledge', jobId: job.jobId, step: event.step });
      }
      if (ticket.cancelRequested) signal.throwIfAborted();
    } finally {
      signal.removeEventListener('abort', cancel);
      await this.settle(ticket);
    }
  }

  /** Ends the process and waits until it is gone. Jobs that were not over fail. */
  async close(): Promise<void> {
    this.closing.abort();
    this.watchdog.rest();
    this.child.kill();
    await this.lives;
    for (const ticket of this.tickets.values()) this.finish(ticket, new Error('The engine was closed.'));
  }

  private enqueue(job: EngineJob): Ticket {
    if (this.closing.signal.aborted) throw new Error('The engine is closed.');
    const ticket = new Ticket(job);
    this.tickets.set(job.jobId, ticket);
    this.child.send({ type: 'generate', job });
    if (this.tickets.size === 1) this.feedWatchdog();
    return ticket;
  }

  private cancel(ticket: Ticket): void {
    if (ticket.cancelRequested || ticket.state === 'over') return;
    ticket.cancelRequested = true;
    if (this.child.gone) this.finish(ticket);
    else this.child.send({ type: 'cancel', jobId: ticket.job.jobId });
  }

  private finish(ticket: Ticket, error?: Error): void {
    ticket.end(error);
    this.tickets.delete(ticket.job.jobId);
  }

  /** Waits until the device has really stopped, also when the consumer walked away. */
  private async settle(ticket: Ticket): Promise<void> {
    this.cancel(ticket);
    try {
      for await (const _ of ticket.events);
    } catch {
      // Whoever walked away has its own reason; all that matters here is that the job is over.
    }
  }

  private hear(reply: EngineReply): void {
    if (reply.type === 'ready') this.failedStarts = 0;
    if (reply.type === 'job') this.hearOf(reply);
    this.feedWatchdog();
  }

  private hearOf({ jobId, message }: Extract<EngineReply, { type: 'job' }>): void {
    const ticket = this.tickets.get(jobId);
    if (ticket === undefined) return;
    if (message.type === 'failed') this.finish(ticket, new EngineFailedError(message.failure));
    else if (message.type === 'cancelled') this.finish(ticket);
    else ticket.advance(message);
    if (message.type === 'final') this.finish(ticket);
  }

  private feedWatchdog(): void {
    if (this.tickets.size === 0) {
      this.watchdog.rest();
      return;
    }
    const loading = !this.child.ready || [...this.tickets.values()].some(({ state }) => state === 'loading');
    const { stepTimeoutMs, loadTimeoutMs = LOAD_TIMEOUT_MS } = this.options;
    this.watchdog.feed(loading ? loadTimeoutMs : stepTimeoutMs);
  }

  private giveUp(limitMs: number): void {
    this.hungForMs = limitMs;
    this.child.kill();
  }

  private fork(): EngineChild {
    return new EngineChild((reply) => this.hear(reply));
  }

  /** Replaces the process each time it ends, until the host is closed. */
  private async keepAlive(): Promise<void> {
    for (;;) {
      const exit = await this.child.exited;
      if (this.closing.signal.aborted) return;
      this.bury(exit);
      if (!this.child.ready && !(await this.pauseBeforeRestart())) return;
      this.child = this.fork();
      for (const { job } of this.tickets.values()) this.child.send({ type: 'generate', job });
      this.feedWatchdog();
    }
  }

  /** Fails the job that the process was computing, or the first one if it did not even start. */
  private bury(exit: ChildExit): void {
    const tickets = [...this.tickets.values()];
    const victim = tickets.find(({ working }) => working) ?? (this.child.ready ? undefined : tickets[0]);
    const ending = describeEnding(exit, this.hungForMs);
    this.hungForMs = undefined;
    this.options.report(`The engine process ${this.child.pid ?? ''} ${ending}; it is replaced.`);
    if (victim !== undefined) this.finish(victim, this.lossOf(victim, ending));
    for (const ticket of tickets) if (ticket.cancelRequested) this.finish(ticket);
  }

  private lossOf({ job, activity, cancelRequested }: Ticket, ending: string): EngineLostError | undefined {
    if (cancelRequested) return undefined;
    const lastWords = this.child.lastWords.trim();
    return new EngineLostError({ subject: job.subject, activity, ending, lastWords });
  }

  private async pauseBeforeRestart(): Promise<boolean> {
    const pauseMs = Math.min(FIRST_RESTART_DELAY_MS * 2 ** this.failedStarts++, MAX_RESTART_DELAY_MS);
    return delay(pauseMs, true, { signal: this.closing.signal }).catch(() => false);
  }
}

function describeEnding({ code, signal }: ChildExit, hungForMs: number | undefined): string {
  if (hungForMs !== undefined) return `gave no sign of life for ${hungForMs / 1000} s and was killed`;
  if (signal === 'SIGKILL') return 'was killed by SIGKILL (often the system being out of memory)';
  if (signal !== null) return `crashed with ${signal}`;
  return code === null ? 'could not be started' : `ended with exit code ${code}`;
}
