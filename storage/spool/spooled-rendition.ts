import type { FileDigest, JournalFinal, JournalStep } from './records.js';

export interface StepToCommit {
  readonly step: number;
  readonly of: number;
  readonly at: string;
  readonly durationMs: number;
  /** The raw latents file that the engine wrote, at a `scratchPath`. It is moved into place. */
  readonly latentsPath: string;
  readonly preview?: Buffer | undefined;
}

export interface FinalToCommit {
  readonly at: string;
  readonly durationMs: number;
  readonly png: Buffer;
}

export interface Checkpoint {
  readonly step: number;
  /** Absolute path of the latents file, verified. */
  readonly path: string;
}

export interface SpooledRendition {
  readonly id: string;
  readonly directory: string;
  readonly steps: readonly JournalStep[];
  readonly final: JournalFinal | undefined;
  scratchPath(name: string): string;
  commitStep(step: StepToCommit): Promise<void>;
  commitFinal(final: FinalToCommit): Promise<void>;
  lastCheckpoint(): Promise<Checkpoint | undefined>;
  dropFinal(): Promise<void>;
  read(file: FileDigest): Promise<Buffer>;
  remove(): Promise<void>;
}
