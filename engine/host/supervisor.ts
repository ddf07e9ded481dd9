/**
 * Supervises the engine process: when one ends, the next is forked at once, until the host closes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineReply } from '../protocol.js';
import { type ChildExit, EngineChild, type EngineProgram } from './child.js';

export interface SupervisorEvents {
  reply(reply: EngineReply): void;
  /** The process is gone, and everything it said has been heard. */
  exited(child: EngineChild, exit: ChildExit): void;
  /** A fresh process takes requests. */
  started(child: EngineChild): void;
}

/** Pause before a process that never spoke of a job is replaced; doubled each time, so that a broken install is no busy loop. */
const FIRST_RESTART_DELAY_MS = 500;
const MAX_RESTART_DELAY_MS = 30_000;

export class EngineSupervisor {
  private readonly closing = new AbortController();
  private readonly ended: Promise<void>;
  private child: EngineChild;
  private vainStarts = 0;

  constructor(
    private readonly program: EngineProgram,
    private readonly events: SupervisorEvents,
  ) {
    this.child = this.fork();
    this.ended = this.keepAlive();
  }

  /** The process of now; after its end, until the next one is forked, the ended one. */
  get current(): EngineChild {
    return this.child;
  }

  get closed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    this.closing.abort();
    this.child.kill();
    await this.ended;
  }

  private fork(): EngineChild {
    return new EngineChild(this.program, (reply) => this.events.reply(reply));
  }

  private async keepAlive(): Promise<void> {
    for (;;) {
      const exit = await this.child.exited;
      if (this.closed) return;
      this.events.exited(this.child, exit);
      this.vainStarts = this.child.worked ? 0 : this.vainStarts + 1;
      if (this.vainStarts > 0 && !(await this.pause())) return;
      this.child = this.fork();
      this.events.started(this.child);
    }
  }

  /** Whether to go on afterwards. */
  private pause(): Promise<boolean> {
    const pauseMs = Math.min(FIRST_RESTART_DELAY_MS * 2 ** (this.vainStarts - 1), MAX_RESTART_DELAY_MS);
    return delay(pauseMs, true, { signal: this.closing.signal }).catch(() => false);
  }
}
