/**
 * The report at the end of a run, and the exit code that goes with it: 1 as soon as one variant is missing.
 */
import type { ShowProgress } from '../../domain/progress.js';
import { failureLines } from '../status/describe-status.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

/** Says what became of a show. */
export function reportResult(result: ShowProgress, output: Output): ExitCode {
  output.result(result, describeResult(result));
  return exitCodeOf(result);
}

export const exitCodeOf = ({ failed, cancelled }: ShowProgress): ExitCode =>
  failed > 0 || cancelled > 0 ? EXIT.failed : EXIT.done;

export function describeResult(result: ShowProgress): string {
  const { planned, skipped, stored, degraded, cancelled } = result;
  const parts = [
    `${skipped + stored + degraded} of ${planned} variants are stored`,
    ...(skipped > 0 ? [`${skipped} were before`] : []),
    ...(degraded > 0 ? [`${degraded} are degraded: some of their previews could not be stored`] : []),
    ...(cancelled > 0 ? [`${cancelled} were cancelled`] : []),
  ];
  return [`${parts.join('; ')}.`, ...failureLines(result)].join('\n');
}
