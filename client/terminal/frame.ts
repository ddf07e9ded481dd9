/**
 * The frame around every command: it opens the output, runs the body and turns whatever was thrown into one
 * readable message and an exit code. Nothing else in the client ends the process.
 */
import { describeError } from './describe-error.js';
import { type Output, openOutput } from './output.js';

/** What the shell is told. */
export const EXIT = {
  done: 0,
  /** The request was fine but could not be done, or something of it failed. */
  failed: 1,
  /** Command line, configuration, show file or cue sheet have to be changed first. */
  badUsage: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Runs a command's body; it returns its exit code, nothing meaning done. */
export async function runCommand(
  options: { readonly json?: boolean },
  body: (output: Output) => Promise<ExitCode | undefined>,
): Promise<void> {
  const output = openOutput(options.json === true);
  try {
    process.exitCode = (await body(output)) ?? EXIT.done;
  } catch (error) {
    process.exitCode = await report(error, output);
  }
}

async function report(error: unknown, output: Output): Promise<ExitCode> {
  const { message, problems, badUsage } = await describeError(error);
  output.failure({ error: message, ...(problems && { problems }) }, message);
  return badUsage ? EXIT.badUsage : EXIT.failed;
}
