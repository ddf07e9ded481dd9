/**
 * How far a show, or a cue of it, is from being shown: four numbers, and the sentence that says them wherever they are told.
 */
export interface Readiness {
  /** Stored, and the very picture that was approved. */
  readonly approved: number;
  /** Stored, and nothing decided of it. */
  readonly undecided: number;
  /** Stored or not: they are never shown. */
  readonly rejected: number;
  /** Neither stored nor rejected. */
  readonly missing: number;
}

/** `ready: 12 approved, 3 undecided, 1 rejected, 0 missing` */
export const readySentence = ({ approved, undecided, rejected, missing }: Readiness): string =>
  `ready: ${approved} approved, ${undecided} undecided, ${rejected} rejected, ${missing} missing`;
