/**
 * One logger for everything a worker process says: what it says itself, its activities, the SDK and the SDK's native core, the engine
 * processes, and Node's warnings. One readable line each on a terminal, one JSON object a line otherwise (PREGEN_LOG=text or json).
 */
import { DefaultLogger, type Logger, type LogMetadata } from '@temporalio/worker';
import type { LogFormat } from '../../domain/log-format.js';
import { jsonLine } from './json-line.js';
import { readableLine } from './readable-line.js';

/** Of this process; the SDK forgets its own when the last connection is closed. */
let logger = new DefaultLogger('INFO');

/** Makes this the log of the process, before anything else is done. */
export function openLog(format: LogFormat, role: string): void {
  logger = new DefaultLogger('INFO', format === 'json' ? jsonLine(role) : readableLine);
  // In place of Node's own way, which prints them bare.
  process
    .removeAllListeners('warning')
    .on('warning', ({ name, message }) => say('warn', `${name}: ${message}`));
}

/** For the SDK's runtime. */
export const processLogger = (): Logger => logger;

/** Says something in the log of this process. @param meta facts for machines, `device` or `error` say */
export const say = (level: 'info' | 'warn' | 'error', sentence: string, meta?: LogMetadata): void =>
  logger[level](sentence, meta);
