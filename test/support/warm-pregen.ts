/** The test's side of a process that has `pregen` loaded and runs one command after the other (`warm-pregen.mjs`). */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('warm-pregen.mjs', import.meta.url));
/** Marks the end of a command's output. */
const END = '\u0000';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Order {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export class WarmPregen {
  readonly #child = fork(PROGRAM, { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  readonly #closed: Promise<number | null> = once(this.#child, 'close').then(([code]) => code);

  /** Whether it can run another command: a command that crashes ends the process. */
  get isRunning(): boolean {
    return this.#child.connected;
  }

  /** Runs a command to its end; one at a time. */
  async run(order: Order): Promise<Outcome> {
    const { stdout, stderr } = this.#child;
    const written = Promise.all([untilEnd(stdout), untilEnd(stderr)]);
    const answered = once(this.#child, 'message').then(([{ code }]) => code);
    this.#child.send(order);
    const code = await Promise.race([answered, this.#closed]);
    const [out, err] = await written;
    return { code, stdout: out, stderr: err };
  }
}

/** The output up to the mark, or up to the end of the process. */
async function untilEnd(stream: Readable | null): Promise<string> {
  let written = '';
  stream?.setEncoding('utf8');
  await new Promise<void>((resolve) => {
    const read = (text: string) => {
      written += text;
      if (!written.endsWith(END)) return;
      stream?.off('data', read).off('close', resolve);
      resolve();
    };
    stream?.on('data', read).once('close', resolve);
  });
  return written.replace(END, '');
}
