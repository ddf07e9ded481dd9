/**
 * What a benchmark file declares: the subjects that are compared, and the figures. The frame decides, for all of them alike, how often
 * and in which order subjects run, and how figures become a table and a JSON document.
 *
 * Subjects of a comparison take turns, repetition by repetition, so that other load on the machine affects all of them; ratios
 * are taken within a repetition, and only ratios can be compared between machines.
 */

/** A figure's name in results, and its label for people: `{ wall: 'seconds per image' }`. */
export type FigureLabels = Readonly<Record<string, string>>;

export type Figures = Readonly<Record<string, number>>;

export interface Subject {
  /** Measures once. What subjects must have in common (prompts, seeds) follows from the number, which starts at 0. */
  run(repetition: number): Promise<Figures>;
  /** Versions of the libraries that it runs on, for the results: `{ torch: '2.12.0' }`. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Remarks for the report, a line each; read after the last repetition. */
  notes?(): readonly string[];
  close?(): Promise<void>;
}

export interface Comparison {
  /** Model and settings: `demo model, 128×128, 6 steps, 1 thread`. */
  readonly title: string;
  readonly figures: FigureLabels;
  /** Name of the subject that ratios are taken against; without one there are no ratios. */
  readonly baseline?: string;
  readonly repetitions: number;
  /** Runs of each subject before those that count; 1 unless given. */
  readonly warmUps?: number;
  /** Opened together before the first run, so that loading is in no figure. A subject that throws NotRun is left out. */
  readonly subjects: Readonly<Record<string, () => Promise<Subject>>>;
}

/** A comparison, or a function that prepares it: for example, builds a model. */
export type Planned = Comparison | (() => Promise<Comparison>);

/** Size of a run: a full one takes about half an hour on two cores, a quick one about five minutes. */
export interface Scale {
  readonly quick: boolean;
  /** Repetitions, variants, steps: the first number in a full run, the second in a quick one. */
  pick<T>(full: T, quick: T): T;
}

export interface Benchmark {
  /** The question it answers, in one sentence. */
  readonly question: string;
  /** Prepared and run in this order; a comparison whose preparation throws NotRun is left out. */
  comparisons(scale: Scale): readonly Planned[];
}

/** A subject or comparison cannot be measured on this machine; the message says why, and what it needs. */
export class NotRun extends Error {
  override readonly name = 'NotRun';
}

export const scaleOf = (quick: boolean): Scale => ({ quick, pick: (full, small) => (quick ? small : full) });
