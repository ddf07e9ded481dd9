/**
 * An event as one line for a person at a terminal, on standard error; the JSON lines have all of it.
 */
import type { LogEntry } from '@temporalio/worker';
import { printable } from '../../domain/printable.js';
import { isRoutine } from './routine.js';

/** Facts that a person needs beside the sentence. */
const SHOWN = ['workflowId', 'activityType', 'attempt', 'taskQueue', 'device'] as const;

/** A worker says itself when it is ready. */
const NO_NEWS = /^Worker state changed/;

export function readableLine({ level, message, meta = {}, timestampNanos }: LogEntry): void {
  if (isRoutine(message) || NO_NEWS.test(message)) return;
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString().slice(11, 19);
  const source = meta.sdkComponent === 'core' ? [`[${String(meta.target)}]`] : [];
  const facts = SHOWN.flatMap((name) => (meta[name] === undefined ? [] : [`${name}=${String(meta[name])}`]));
  const error = meta.error instanceof Error ? [`\n  ${meta.error.message}`] : [];
  process.stderr.write(
    `${printable([time, level.padEnd(5), ...source, message, ...facts, ...error].join(' '))}\n`,
  );
}
