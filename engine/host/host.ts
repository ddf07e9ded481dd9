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
} from '../engine.js';
import type { EngineReply } from '../protocol.js';
import { type ChildExit, describeExit, type EngineChild } from './child.js';
import { EngineLives } from './lives.js';
import { Ticket } from './ticket.js';
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
}

/** Half an hour: tens of gigabytes of weights from a network disk, then a device's first compilation of kernels. */
const LOAD_TIMEOUT_MS = 30 * 60_000;
export class EngineHost implements Engine {
  private readonly tickets = new Map<string, Ticket>();
  private readonly watchdog = new Watchdog((limitMs) => this.giveUp(limitMs));
  private readonly lives: EngineLives;
  private hungForMs: number | undefined;

  constructor(private readonly options: EngineHostOptions) {
    this.lives = new EngineLives(options.module ?? entryPoint(import.meta.url, '../process/process.js'), {
      reply: (reply) => this.hear(reply),
      died: (child, exit) => this.bury(child, exit),
      reborn: (child) => this.handOver(child),
    });
  }

  /** Process id of the engine process, for people and for tests. */
  get pid(): number | undefined {
    return this.lives.current.pid;
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
          this.lives.current.send({ type: 'acknowledge', jobId: job.jobId, step: event.step });
      }
      if (ticket.cancelRequested) signal.throwIfAborted();
    } finally {
      signal.removeEventListener('abort', cancel);
      await this.settle(ticket);
    }
  }

  /** Ends the process and waits until it is gone. Jobs that were not over fail. */
  async close(): Promise<void> {
    this.watchdog.rest();
    await this.lives.close();
    for (const ticket of this.tickets.values()) this.finish(ticket, new Error('The engine was closed.'));
  }

  private enqueue(job: EngineJob): Ticket {
    if (this.lives.closed) throw new Error('The engine is closed.');
    const ticket = new Ticket(job);
    this.tickets.set(job.jobId, ticket);
    this.lives.current.send({ type: 'generate', job });
    if (this.tickets.size === 1) this.feedWatchdog();
    return ticket;
  }

  private cancel(ticket: Ticket): void {
    if (ticket.cancelRequested || ticket.state === 'over') return;
    ticket.cancelRequested = true;
    if (this.lives.current.gone) this.finish(ticket);
    else this.lives.current.send({ type: 'cancel', jobId: ticket.job.jobId });
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
    const loading =
      !this.lives.current.ready || [...this.tickets.values()].some(({ state }) => state === 'loading');
    const { stepTimeoutMs, loadTimeoutMs = LOAD_TIMEOUT_MS } = this.options;
    this.watchdog.feed(loading ? loadTimeoutMs : stepTimeoutMs);
  }

  private giveUp(limitMs: number): void {
    // Silent because whoever stores the steps is far behind: the engine waits, and is well.
    const behind = [...this.tickets.values()].some(({ events }) => events.waiting > 0);
    if (behind) {
      this.feedWatchdog();
      return;
    }
    this.hungForMs = limitMs;
    this.lives.current.kill();
  }

  /** Fails the job that the process was computing; if it never did anything, the first one, lest it be handed on for ever. */
  private bury(child: EngineChild, exit: ChildExit): void {
    const ending =
      this.hungForMs === undefined
        ? describeExit(exit)
        : `gave no sign of life for ${this.hungForMs / 1000} s and was killed`;
    this.hungForMs = undefined;
    this.options.report(`The engine process ${child.pid ?? ''} ${ending}; it is replaced.`);
    const tickets = [...this.tickets.values()];
    const victim = tickets.find(({ working }) => working) ?? (child.worked ? undefined : tickets[0]);
    if (victim !== undefined) this.finish(victim, lossOf(victim, ending, child.lastWords));
    for (const ticket of tickets) if (ticket.cancelRequested) this.finish(ticket);
  }

  private handOver(child: EngineChild): void {
    for (const { job } of this.tickets.values()) child.send({ type: 'generate', job });
    this.feedWatchdog();
  }
}

/** Whoever has cancelled the job is not interested in how it ended. */
function lossOf({ job, activity, cancelRequested }: Ticket, ending: string, lastWords: string) {
  if (cancelRequested) return undefined;
  return new EngineLostError({ subject: job.subject, activity, ending, lastWords: lastWords.trim() });
}
