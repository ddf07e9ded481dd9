/**
 * An event as one JSON object a line, on standard error: `time`, `level` by its name, `message`, `role`, `host`, `pid`; `show`, `cue`,
 * `variant` and `device` where it is about them; `error` with type, message and stack; and what the SDK adds.
 */
import { hostname } from 'node:os';
import type { LogEntry } from '@temporalio/worker';
import { type DestinationStream, pino } from 'pino';
import { isRoutine } from './routine.js';
import { subjectOf } from './subject.js';

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** @param to what takes the lines; standard error, written at once, so that the last words of a process are not lost */
export function jsonLine(role: string, to: DestinationStream = pino.destination({ fd: 2, sync: true })) {
  const json = pino(
    {
      base: { role, host: hostname(), pid: process.pid },
      messageKey: 'message',
      timestamp: false,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: describeError },
    },
    to,
  );
  return ({ level, message, meta = {}, timestampNanos }: LogEntry): void => {
    if (isRoutine(message)) return;
    const { taskToken, logSource, ...facts } = meta;
    const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
    json[PINO_LEVELS[level]]({ time, ...subjectOf(meta.workflowId), ...facts }, message);
  };
}

/** Type, message and stack, those of its causes among them. */
const describeError = (error: unknown): unknown =>
  error instanceof Error ? pino.stdSerializers.err(error) : error;
