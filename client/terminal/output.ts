/**
 * Where a command's words go: results to stdout, everything said on the way to stderr. With `--json`, stdout
 * carries one JSON value and nothing else, so that a machine can read it while a person watches stderr. Whatever is printed
 * passes {@link printable} here.
 */
import { printable } from '../../domain/printable.js';

export interface Output {
  readonly json: boolean;
  /** Whether bars can be drawn: a person watches a terminal, and no machine reads. */
  readonly live: boolean;
  /** Something said on the way: progress, remarks. */
  note(line: string): void;
  /** A picture in a terminal's own escape sequences, which no text of others may contain. */
  draw(picture: string): void;
  /** Why nothing came of it, as a sentence; for machines one JSON value of `data`. */
  failure(data: unknown, text: string): void;
  /** Gives remarks to the writer that draws on the terminal now, so that they do not cut through bars; `undefined` ends that. */
  redirectNotes(writer: ((line: string) => void) | undefined): void;
  /** The result: `data` for machines, `text` for people. */
  result(data: unknown, text: string): void;
}

/** The output of a command that was started with or without `--json`. */
export function openOutput(json: boolean): Output {
  const toStderr = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  // JSON may hold the escaped characters as well: they mean the same there.
  const words = (data: unknown, text: string) => printable(json ? JSON.stringify(data) : text);
  let write = toStderr;
  return {
    json,
    live: !json && process.stderr.isTTY === true,
    note: (line) => write(printable(line)),
    draw: (picture) => write(picture),
    failure: (data, text) => toStderr(words(data, text)),
    redirectNotes: (writer) => {
      write = writer ?? toStderr;
    },
    result: (data, text) => process.stdout.write(`${words(data, text)}\n`),
  };
}
