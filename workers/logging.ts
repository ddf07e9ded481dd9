/**
 * One logger for everything a worker process says: JSON lines for machines in production, one readable line each
 * otherwise. The SDK's own messages and those of activities go the same way.
 */

import { DefaultLogger, type LogEntry, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { printable } from '../domain/printable.js';

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Facts of the SDK's log entries that a person at a terminal needs; the JSON lines have all of them. */
const SHOWN = ['workflowId', 'activityType', 'attempt', 'taskQueue'] as const;

/** Installs the logger into the SDK's runtime; to be called once, before the first connection. */
export function installLogging(environment: Readonly<Record<string, string | undefined>>): void {
  const production = environment.NODE_ENV === 'production';
  const logger = new DefaultLogger('INFO', production ? jsonLine() : readableLine);
  // Signals are ours: a role has more to close than its Temporal worker.
  Runtime.install({ logger, shutdownSignals: [] });
}

/** Says something in the log of this process. */
export const say = (level: 'info' | 'warn', sentence: string): void =>
  Runtime.instance().logger[level](sentence);

function jsonLine(): (entry: LogEntry) => void {
  const json = pino({ base: { pid: process.pid } });
  return ({ level, message, meta }) => json[PINO_LEVELS[level]]({ ...meta, taskToken: undefined }, message);
}

/** A role serves one kind of task on purpose, and says itself when it is ready: no news to a person at a terminal. */
const ROUTINE = /^Worker state changed|^No (workflows|activities|Nexus services) registered/;

function readableLine({ level, message, meta = {}, timestampNanos }: LogEntry): void {
  if (ROUTINE.test(message)) return;
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString().slice(11, 19);
  const facts = SHOWN.flatMap((name) => (meta[name] === undefined ? [] : [`${name}=${String(meta[name])}`]));
  const error = meta.error instanceof Error ? [`\n  ${meta.error.message}`] : [];
  process.stderr.write(`${printable([time, level.padEnd(5), message, ...facts, ...error].join(' '))}\n`);
}
