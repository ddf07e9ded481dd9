/** Runs a program to its end, keeping the last of what it said for the error message. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

export interface RunOptions {
  /** The program is killed after this many milliseconds. */
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** A build prints a few hundred lines at most. In bytes. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Standard output. Throws an error whose message ends with the last line the program printed. */
export async function runToEnd(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  try {
    const { stdout } = await execFileAsync(program, [...args], {
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      env: options.env ?? process.env,
    });
    return stdout;
  } catch (error) {
    throw new Error(`${program} failed: ${stderrTail(error)}`, { cause: error });
  }
}

function stderrTail(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  if ('killed' in error && error.killed === true) return 'it did not finish in time';
  return stderr === '' ? error.message : (stderr.split('\n').at(-1) ?? error.message);
}
