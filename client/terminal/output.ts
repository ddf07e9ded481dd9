/**
 * Where a command's words go: results to stdout, everything said on the way to stderr. With `--json`, stdout
 * carries one JSON value and nothing else, so that a machine can read it while a person watches stderr.
 */

export interface Output {
  readonly json: boolean;
  /** Whether bars can be drawn: somebody watches a terminal, and no machine reads. */
  readonly live: boolean;
  /** Something said on the way: progress, remarks. */
  note(line: string): void;
  /** Gives remarks to whoever draws on the terminal now, so that they do not cut through bars; `undefined` ends that. */
  redirectNotes(writer: ((line: string) => void) | undefined): void;
  /** The result: `data` for machines, `text` for people. */
  result(data: unknown, text: string): void;
}

/** The output of a command that was started with or without `--json`. */
export function openOutput(json: boolean): Output {
  const toStderr = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  let write = toStderr;
  return {
    json,
    live: !json && process.stderr.isTTY === true,
    note: (line) => write(line),
    redirectNotes: (writer) => {
      write = writer ?? toStderr;
    },
    result: (data, text) => process.stdout.write(`${json ? JSON.stringify(data) : text}\n`),
  };
}
