/**
 * `pregen show plan FILE`: what a show would generate. Reads the show and lists the store; touches nothing.
 */
import type { Output } from '../cli/output.js';
import { formatTable } from '../cli/table.js';
import { loadShow } from '../load-show.js';
import { noteAbsentModels } from '../show/absent-models.js';
import { type PlanReport, type PlanTotals, reportPlan } from '../show/plan-report.js';

/** Longest prompt in the table: what fits beside the other columns on a wide terminal. */
const PROMPT_WIDTH = 60;

export async function showPlan(file: string, output: Output): Promise<undefined> {
  const loaded = await loadShow(file);
  noteAbsentModels(loaded, output);
  const report = await reportPlan(loaded);
  output.result(report, `${describeCues(report)}\n\n${describeTotals(report.totals)}`);
  return undefined;
}

const describeCues = ({ cues }: PlanReport): string =>
  formatTable(cues, [
    { title: 'cue', value: (cue) => cue.cueId },
    { title: 'program', value: (cue) => cue.program },
    { title: 'variants', value: (cue) => cue.variants },
    { title: 'stored', value: (cue) => cue.stored },
    { title: 'prompt', value: (cue) => cue.prompt, maxWidth: PROMPT_WIDTH },
  ]);

/** One sentence of totals. */
export const describeTotals = ({ cues, variants, stored, toGenerate, objects }: PlanTotals): string =>
  `${count(cues, 'cue')}, ${count(variants, 'variant')}: ${stored} stored, ${toGenerate} to generate; ` +
  `${count(objects, 'object')} when complete.`;

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
