/**
 * What the spool writes down about a rendition, and how it complains.
 *
 * A record names a file by its content (size and SHA-256), so a later reader can tell a damaged file from a
 * good one. The records are plain data: they travel in manifests, the bytes never do.
 */

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export interface FileDigest {
  /** File name inside the rendition's folder. */
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the content, lowercase hex. */
  readonly sha256: string;
}

export interface JournalStep {
  /** Denoising step, from 1. */
  readonly step: number;
  /** How many steps the rendition has in all. */
  readonly of: number;
  /** When the step's latents were complete, ISO 8601. */
  readonly at: string;
  /** What the model alone took for the step, in milliseconds (not rounded). */
  readonly durationMs: number;
  readonly latents: FileDigest;
  readonly preview?: FileDigest;
  /** Digest of the model that computed it; absent in journals of older versions. */
  readonly model?: string;
}

export interface JournalFinal {
  /** When the pixels were decoded, ISO 8601. */
  readonly at: string;
  /** From the last step to decoded pixels, in milliseconds (not rounded). */
  readonly durationMs: number;
  readonly png: FileDigest;
}

export interface StepToCommit {
  /** From 1, without gaps. */
  readonly step: number;
  readonly of: number;
  /** When the step's latents were complete, ISO 8601. */
  readonly at: string;
  readonly durationMs: number;
  /** The raw latents file that the engine wrote, at a `scratchPath`. It is moved into place. */
  readonly latentsPath: string;
  readonly preview?: Buffer | undefined;
  /** Digest of the model. */
  readonly model?: string | undefined;
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

/** A file in the spool is not what the journal says it is: missing, cut short or changed. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';

  constructor(
    readonly path: string,
    readonly expected: FileDigest,
    /** What was found; undefined when the file is missing. */
    readonly actual: { readonly bytes: number; readonly sha256: string } | undefined,
  ) {
    const found =
      actual === undefined ? 'it is missing' : `found ${actual.bytes} bytes, SHA-256 ${actual.sha256}`;
    super(
      `The spool file ${path} is damaged: expected ${expected.bytes} bytes, SHA-256 ${expected.sha256}; ${found}. ` +
        'Check the disk; the image is generated again from the last good checkpoint.',
    );
  }
}

/** Another process has gone on with the rendition since it was opened here; this attempt must stop. */
export class TakenOverError extends Error {
  override readonly name = 'TakenOverError';

  constructor(readonly path: string) {
    super(
      `Another process has written to the journal ${path}, or removed it, since it was opened. ` +
        'This attempt stops; what the other one recorded is kept.',
    );
  }
}

/** The disk (or the quota) of the spool is full. */
export class SpoolFullError extends Error {
  override readonly name = 'SpoolFullError';

  constructor(
    readonly path: string,
    /** How many bytes were to be written. */
    readonly bytes: number,
    options?: ErrorOptions,
  ) {
    super(
      `The disk of the spool is full: ${bytes} bytes could not be written to ${path}. ` +
        'Free space there, or point PREGEN_SPOOL at a larger disk; generation goes on by itself.',
      options,
    );
  }
}
