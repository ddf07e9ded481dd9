/**
 * `pregen show plan FILE`: what a show would generate, and what that takes. Reads the show and the store; touches
 * nothing.
 */
import type { ShowReview } from '../../bookkeeping/review.js';
import { takeInventory } from '../../domain/inventory.js';
import { cuesPrefix } from '../../domain/object-keys.js';
import { inStoreOf } from '../load/in-store-of.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import { countReview, type ReviewCounts, readyLines, staleLines } from '../review/describe-review.js';
import type { Output } from '../terminal/output.js';
import { describeBytes, duration } from '../terminal/quantities.js';
import { formatTable } from '../terminal/table.js';
import { noteAbsentModels } from './absent-models.js';
import { type CutPrompt, noteCutPrompts } from './cut-prompts.js';
import { MeasuredStore } from './measured-store.js';
import { estimatePlan, type PlanEstimate } from './plan-estimate.js';
import { type PlanReport, type PlanTotals, reviewInventory } from './plan-report.js';
import { type Unplanned, unplannedVariants } from './unplanned.js';

/** Longest prompt in the table: what fits beside the other columns on a wide terminal. */
const PROMPT_WIDTH = 60;

/** What `--json` prints: the plan, and beside it what it takes, what else is stored under the version, and what of prompts no model reads. */
export type FullPlan = PlanReport & {
  readonly estimate: PlanEstimate;
  readonly unplanned: readonly Unplanned[];
  readonly cutPrompts: readonly CutPrompt[];
  readonly review: ReviewCounts;
};

export async function showPlan(
  file: string,
  { secondsPerStep }: { readonly secondsPerStep?: number },
  output: Output,
): Promise<undefined> {
  const loaded = await loadShow(file);
  for (const remark of loaded.remarks) output.note(`Note: ${remark}`);
  noteAbsentModels(loaded, output);
  const { cut: cutPrompts } = await noteCutPrompts(loaded, output);
  const { review, ...counted } = await planInFull(loaded, secondsPerStep, output);
  const plan: FullPlan = { ...counted, cutPrompts, review: countReview(review) };
  const reviewed = [...staleLines(review, file), ...readyLines(review)];
  const words = [describeCues(plan), '', describeTotals(plan.totals), ...describeEstimate(plan.estimate)];
  output.result(plan, [...words, ...describeUnplanned(plan.unplanned), ...reviewed].join('\n'));
  return undefined;
}

async function planInFull(
  loaded: LoadedShow,
  secondsPerStep: number | undefined,
  output: Output,
): Promise<Omit<FullPlan, 'cutPrompts' | 'review'> & { review: ShowReview }> {
  return inStoreOf(loaded, async (store) => {
    const prefix = cuesPrefix(loaded.show);
    const measured = new MeasuredStore(loaded.show, loaded.tasks);
    const inventory = await takeInventory(prefix, seenBy(measured, store.list(prefix)));
    const { report, review } = await reviewInventory(loaded, store, inventory, output);
    const estimate = await estimatePlan(loaded, report.cues, measured, store, secondsPerStep);
    return { ...report, review, estimate, unplanned: unplannedVariants(loaded.tasks, inventory) };
  });
}

/** One listing serves both: what is there, and how large it is. */
async function* seenBy<T extends Parameters<MeasuredStore['see']>[0]>(
  measured: MeasuredStore,
  objects: AsyncIterable<T>,
): AsyncIterable<T> {
  for await (const object of objects) {
    measured.see(object);
    yield object;
  }
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

/** Nothing once everything is stored. */
function describeEstimate({ variants, objects, bytes, seconds, programs, models }: PlanEstimate): string[] {
  if (variants === 0) return [];
  const working = programs.filter((program) => program.variants > 0);
  const time =
    seconds === null
      ? 'for a time that is not known yet (nothing was measured: give --seconds-per-step)'
      : `in ${duration(seconds)} of one device`;
  const table = formatTable(working, [
    { title: 'program', value: (row) => row.program },
    { title: 'model', value: (row) => row.model },
    { title: 'to generate', value: (row) => row.variants },
    { title: 'objects', value: (row) => row.objects },
    { title: 'size', value: (row) => describeBytes(row.bytes) },
    { title: 's/step', value: (row) => row.secondsPerStep?.toPrecision(2) ?? '?' },
    { title: 'time', value: (row) => (row.seconds === null ? '?' : duration(row.seconds)) },
    { title: 'time is', value: (row) => row.basis },
  ]);
  const perModel = models
    .filter((model) => model.variants > 0)
    .map(
      (model) =>
        `model ${model.model}: ${model.variants} to generate, ${describeBytes(model.bytes)}, ${model.seconds === null ? 'time unknown' : duration(model.seconds)}`,
    );
  return [
    `To generate: ${count(objects, 'object')}, about ${describeBytes(bytes)}, ${time}.`,
    '',
    table,
    ...(models.length > 1 ? ['', ...perModel] : []),
  ];
}

function describeUnplanned(unplanned: readonly Unplanned[]): string[] {
  if (unplanned.length === 0) return [];
  const variants = unplanned.reduce((sum, cue) => sum + cue.variants, 0);
  const cues = unplanned.map(({ cueId }) => cueId).slice(0, 5);
  const more = unplanned.length > cues.length ? ', …' : '';
  return [
    '',
    `Also stored under this version, but not in the show: ${count(variants, 'variant')} of ${cues.join(', ')}${more}.`,
  ];
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
