/**
 * `pregen doctor [FILE]`: is everything there that a show needs? Exit code 1 if something is in the way.
 */
import { readConfiguration } from '../../domain/configuration.js';
import { type Examination, examine } from '../doctor/examine.js';
import type { DoctorFinding, FindingStatus } from '../doctor/finding.js';
import { EXIT, type ExitCode } from '../terminal/frame.js';
import type { Output } from '../terminal/output.js';

const SIGNS: Readonly<Record<FindingStatus, string>> = {
  ok: 'ok      ',
  warning: 'warning ',
  problem: 'PROBLEM ',
  skipped: 'skipped ',
};

export async function doctor(examination: Examination, output: Output): Promise<ExitCode> {
  const findings = await examine(readConfiguration(process.env), examination);
  const healthy = findings.every(({ status }) => status !== 'problem');
  output.result({ healthy, findings }, findings.map(describe).join('\n'));
  return healthy ? EXIT.done : EXIT.failed;
}

function describe({ check, status, message, remedy }: DoctorFinding): string {
  const line = `${SIGNS[status]}${check}: ${message}`;
  return remedy === undefined ? line : `${line}\n        ${remedy}`;
}
