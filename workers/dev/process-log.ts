/**
 * Keeps what a process says in a file and picks out the few lines that a person at a terminal should see. Files
 * are appended to, with a line at each start, so that what led to a crash stays readable.
 */
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Levels of JSON lines that are shown, by name. */
const NOTABLE = ['warn', 'error', 'fatal'];

export interface ProcessLog {
  readonly path: string;
  /** Copies a stream's lines into the file; `notable`, if given, sees those worth showing. */
  follow(stream: Readable, notable?: (line: string) => void): void;
  /** The last line that was followed: mostly why a process died. */
  lastLine(): string | undefined;
  write(line: string): void;
  close(): Promise<void>;
}

/** Opens the log file at `path`, creating its folder. */
export function openProcessLog(path: string): ProcessLog {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = createWriteStream(path, { flags: 'a' });
  let last: string | undefined;
  return {
    path,
    follow(stream, notable) {
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
        if (!file.writableEnded) file.write(`${line}\n`);
        last = line.trim() === '' ? last : line;
        const words = notableWords(line);
        if (words !== undefined) notable?.(words);
      });
    },
    lastLine: () => last,
    write: (line) => file.write(`${line}\n`),
    close: () => new Promise((resolve) => file.end(resolve)),
  };
}

/**
 * Warnings that are everyday life in development: a worker without workflows says that it has none, and the SDK's
 * core tells of every question whose asker has gone.
 */
const EXPECTED = /No workflows registered|WARN.*temporalio_sdk_core/;

/** The message of a warning or error; undefined for anything else. Understands JSON lines and those for people. */
export function notableWords(line: string): string | undefined {
  if (EXPECTED.test(line)) return undefined;
  if (!line.startsWith('{')) return /\b(WARN|ERROR|FATAL)\b/.test(line) ? line : undefined;
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('level' in entry)) return undefined;
    const message = 'message' in entry ? String(entry.message) : line;
    return NOTABLE.includes(String(entry.level)) ? message : undefined;
  } catch {
    return undefined;
  }
}
