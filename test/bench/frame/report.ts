/**
 * A comparison's results as people read them: one line a figure, median and spread, and the ratio to the baseline.
 */
import { formatTable } from '../../../client/terminal/table.js';
import type { Comparison } from './benchmark.js';
import type { FigureResult, SubjectResult } from './measure.js';
import type { Spread } from './statistics.js';

interface Line {
  readonly subject: string;
  readonly figure: string;
  readonly median: string;
  readonly spread: string;
  readonly ratio: string;
  readonly least: string;
}

/** The table, with remarks and failures in lines below it. */
export function tableOf(comparison: Comparison, results: readonly SubjectResult[]): string {
  const lines = results.flatMap((result) => linesOf(comparison, result));
  const against = comparison.baseline === undefined ? '' : `× ${comparison.baseline}`;
  const table = formatTable(lines, [
    { title: '', value: ({ subject }) => subject },
    { title: '', value: ({ figure }) => figure },
    { title: 'median', value: ({ median }) => median },
    { title: 'spread', value: ({ spread }) => spread },
    { title: against, value: ({ ratio }) => ratio },
    { title: against && 'least / least', value: ({ least }) => least },
  ]);
  const notes = results.flatMap(({ subject, notes }) => notes.map((note) => `${subject}: ${note}`));
  const reasons = [...new Set(results.flatMap(({ notRun }) => notRun ?? []))];
  const missing = reasons.map((reason) => `not run: ${namesOf(results, reason)}: ${reason}`);
  return [...(lines.length > 0 ? [table] : []), ...notes, ...missing].join('\n');
}

const namesOf = (results: readonly SubjectResult[], reason: string): string =>
  results.flatMap(({ subject, notRun }) => (notRun === reason ? subject : [])).join(', ');

function linesOf({ figures: labels, baseline }: Comparison, { subject, figures }: SubjectResult): Line[] {
  return Object.entries(figures).map(([name, figure], index) => ({
    subject: index === 0 ? subject : '',
    figure: labels[name] ?? name,
    median: number(figure.median),
    spread: spread(figure),
    ratio: subject === baseline ? '1' : describeRatio(figure),
    least: figure.leastRatio === undefined || subject === baseline ? '' : number(figure.leastRatio),
  }));
}

const describeRatio = ({ ratio }: FigureResult): string =>
  ratio === undefined ? '' : `${number(ratio.median)} (${spread(ratio)})`;

const spread = ({ low, high }: Spread): string => (low === high ? '' : `${number(low)} … ${number(high)}`);

/** Three significant digits, or all digits before the point: more are noise. */
function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.min(digits, 6) });
}
