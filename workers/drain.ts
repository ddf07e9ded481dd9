/**
 * How a worker process is brought to its end. *Drain*: it takes nothing new, and ends when nothing is left to be done. *Stop*: it hands
 * back what it has, and ends. SIGTERM and SIGINT drain for as long as PREGEN_DRAIN_SECONDS allows, then stop; a second one stops at once.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { DRAIN_MESSAGE } from '../domain/drain-message.js';

export interface Endings {
  readonly drain: AbortSignal;
  readonly stop: AbortSignal;
}

/** @param graceMs how long a process that has been signalled may drain */
export function endingsOf(graceMs: number): Endings {
  const drain = new AbortController();
  const stop = new AbortController();
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    drain.abort();
    if (signals > 1 || graceMs === 0) stop.abort();
    else setTimeout(() => stop.abort(), graceMs).unref();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('message', (message: unknown) => {
    if (isDeepStrictEqual(message, DRAIN_MESSAGE)) drain.abort();
  });
  return { drain: drain.signal, stop: stop.signal };
}

/** What a role does of it. A role without drains at once. */
export interface Drainable {
  /** Takes nothing new from now on; resolves when nothing is left that has to be done by this process. */
  drain?(): Promise<void>;
  /** Why the role is to be drained, as soon as it finds that out by itself. */
  readonly drainWanted?: Promise<string>;
}

/** Resolves when the process is to end. @param say told in one sentence what it does meanwhile */
export async function untilEnd(
  { drain, drainWanted }: Drainable,
  endings: Endings,
  say: (sentence: string) => void,
): Promise<void> {
  const why = await Promise.race([
    aborted(endings.drain).then(() => 'it was asked to end'),
    ...(drainWanted === undefined ? [] : [drainWanted]),
  ]);
  if (drain === undefined || endings.stop.aborted) return;
  say(`Takes nothing new and ends when nothing is left to be done: ${why}.`);
  await Promise.race([drain(), aborted(endings.stop)]);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Resolves when `isTrue` does; asks about once a second. */
export async function untilTrue(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(LOOK_EVERY_MS, undefined, { ref: false });
}

const LOOK_EVERY_MS = 1_000;
