/**
 * What a benchmark file says: which subjects are compared by which figures. How often, in which order, how the figures
 * become a table and a JSON document is the frame's business and the same for all.
 *
 * Subjects of a comparison take turns, repetition by repetition, so that whatever the machine suffers meanwhile all of
 * them suffer; ratios are taken within a repetition, and only they are worth comparing between machines.
 */

/** A figure's name in results and how people read it: `{ wall: 'seconds per image' }`. */
export type FigureLabels = Readonly<Record<string, string>>;

export type Figures = Readonly<Record<string, number>>;

export interface Subject {
  /** Measures once. What subjects must have in common (prompts, seeds) follows from the number, which starts at 0. */
  run(repetition: number): Promise<Figures>;
  /** Of what it runs on, for the results: `{ torch: '2.12.0' }`. */
  readonly versions?: Readonly<Record<string, string>>;
  /** What a figure cannot say, one line each; asked after the last repetition. */
  notes?(): readonly string[];
  close?(): Promise<void>;
}

export interface Comparison {
  /** What is compared, and on what: `demo model, 128×128, 6 steps, 1 thread`. */
  readonly title: string;
  readonly figures: FigureLabels;
  /** The subject that ratios are taken against; without one there are no ratios. */
  readonly baseline?: string;
  readonly repetitions: number;
  /** Runs of each subject before those that count; 1 unless given. */
  readonly warmUps?: number;
  /** Opened at the same time, before the first run: loading is nobody's figure. A NotRun leaves its subject out. */
  readonly subjects: Readonly<Record<string, () => Promise<Subject>>>;
}

/** A comparison, or what makes it ready: a model that has to be built, say. */
export type Planned = Comparison | (() => Promise<Comparison>);

/** How much there is to do: everything in some half an hour on two cores, or in some five minutes. */
export interface Scale {
  readonly quick: boolean;
  /** Repetitions, variants, steps: the first number in a full run, the second in a quick one. */
  pick<T>(full: T, quick: T): T;
}

export interface Benchmark {
  /** The question it answers, in one sentence. */
  readonly question: string;
  /** Made ready in this order, each when it is its turn; a NotRun leaves its comparison out. */
  comparisons(scale: Scale): readonly Planned[];
}

/** This subject cannot be measured here; the message says why, and what it would need. */
export class NotRun extends Error {
  override readonly name = 'NotRun';
}

export const scaleOf = (quick: boolean): Scale => ({ quick, pick: (full, small) => (quick ? small : full) });
