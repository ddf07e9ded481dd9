/**
 * One comparison from beginning to end: opens its subjects, lets them take turns, closes them.
 */
import { type Comparison, type Figures, NotRun, type Subject } from './benchmark.js';
import { type Spread, spreadOf } from './statistics.js';

export interface FigureResult extends Spread {
  readonly values: readonly number[];
  /** Against the baseline, repetition by repetition. */
  readonly ratio?: Spread;
  /** Smallest value against the baseline's smallest: the ratio that a busy machine falsifies least. */
  readonly leastRatio?: number;
}

export interface SubjectResult {
  readonly subject: string;
  readonly figures: Readonly<Record<string, FigureResult>>;
  readonly notes: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  /** Why there are no figures. */
  readonly notRun?: string;
}

type Say = (line: string) => void;

interface Entrant {
  readonly name: string;
  readonly subject: Subject | undefined;
  readonly notRun: string | undefined;
  readonly runs: Figures[];
}

/** Measures a comparison. Throws a subject's error, after all subjects have been closed. */
export async function measure(comparison: Comparison, say: Say): Promise<SubjectResult[]> {
  say(`opening ${Object.keys(comparison.subjects).join(', ')}`);
  const opening = Object.entries(comparison.subjects).map(([name, open]) => enter(name, open));
  try {
    const entrants = await Promise.all(opening);
    const { warmUps = 1, repetitions } = comparison;
    for (let repetition = -warmUps; repetition < repetitions; repetition++)
      await takeTurns(entrants, repetition, say);
    return entrants.map((entrant) => resultOf(entrant, entrants, comparison));
  } finally {
    await close(opening);
  }
}

/** Also closes subjects that were still being opened when another one failed. */
async function close(opening: readonly Promise<Entrant>[]): Promise<void> {
  const opened = await Promise.allSettled(opening);
  await Promise.all(
    opened.map((result) => (result.status === 'fulfilled' ? result.value.subject?.close?.() : undefined)),
  );
}

async function enter(name: string, open: () => Promise<Subject>): Promise<Entrant> {
  try {
    return { name, subject: await open(), notRun: undefined, runs: [] };
  } catch (error) {
    if (!(error instanceof NotRun)) throw error;
    return { name, subject: undefined, notRun: error.message, runs: [] };
  }
}

/** Another subject begins each time, so that none always runs with the caches that the same predecessor leaves. */
async function takeTurns(entrants: readonly Entrant[], repetition: number, say: Say): Promise<void> {
  const first = Math.max(repetition, 0) % entrants.length;
  for (const { name, subject, runs } of [...entrants.slice(first), ...entrants.slice(0, first)]) {
    if (subject === undefined) continue;
    say(repetition < 0 ? `warming up ${name}` : `repetition ${repetition + 1}: ${name}`);
    const figures = await subject.run(Math.max(repetition, 0));
    if (repetition >= 0) runs.push(figures);
  }
}

function resultOf(
  { name, subject, notRun, runs }: Entrant,
  entrants: readonly Entrant[],
  comparison: Comparison,
): SubjectResult {
  const base = entrants.find((entrant) => entrant.name === comparison.baseline)?.runs ?? [];
  const figureOf = (figure: string): FigureResult => {
    const values = runs.flatMap((run) => run[figure] ?? []);
    const bases = runs.map((_, index) => base[index]?.[figure] ?? 0);
    const spread = spreadOf(values);
    const ratios = values.flatMap((value, index) => ratio(value, bases[index]));
    if (ratios.length === 0) return { values, ...spread };
    return { values, ...spread, ratio: spreadOf(ratios), leastRatio: spread.low / spreadOf(bases).low };
  };
  const names = Object.keys(comparison.figures).filter((figure) => runs.some((run) => figure in run));
  return {
    subject: name,
    figures: Object.fromEntries(names.map((figure) => [figure, figureOf(figure)])),
    notes: subject?.notes?.() ?? [],
    versions: subject?.versions ?? {},
    ...(notRun !== undefined && { notRun }),
  };
}

const ratio = (value: number, base: number | undefined): number[] =>
  base === undefined || base === 0 ? [] : [value / base];
