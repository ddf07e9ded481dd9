/** Time that a test advances, for replays and performances. */
import type { Clock } from '../../replay/clock.js';

/** A clock that the test advances; every timer fires `lateMs` after it is due, as real timers do. */
export class HandClock implements Clock {
  private timeMs = 5000;
  private timers: { dueMs: number; callback: () => void }[] = [];

  constructor(private readonly lateMs = 0) {}

  now(): number {
    return this.timeMs;
  }

  at(timeMs: number, callback: () => void): () => void {
    const timer = { dueMs: Math.max(timeMs, this.timeMs) + this.lateMs, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  get waiting(): number {
    return this.timers.length;
  }

  advance(byMs: number): void {
    const endMs = this.timeMs + byMs;
    for (;;) {
      const [next] = this.timers.filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.timeMs = Math.max(this.timeMs, next.dueMs);
      next.callback();
    }
    this.timeMs = endMs;
  }

  /** Advances the clock without firing timers, as while a tab sleeps. */
  sleep(byMs: number): void {
    this.timeMs += byMs;
  }
}
