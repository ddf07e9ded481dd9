/**
 * `manifest.json`: the only file that a front-end needs to know which images there are. It names the cues in the order of the
 * sheet and, of each, the variants that may be shown: stored, and not rejected. Written whole or not at all.
 */
import { cuesPrefix, type ShowAddress } from './object-keys.js';

export interface ManifestVariant {
  readonly variant: number;
  /** Previews before the final image; 0 for a program that keeps none. */
  readonly previews: number;
  /** Of its making, in milliseconds; absent where nobody knows it. */
  readonly durationMs?: number;
}

export interface ManifestCue {
  readonly cueId: string;
  /** Position in the cue sheet, from 0. */
  readonly index: number;
  /** As the sheet has it, such as `0:01:30`; absent in shows that were bundled before it was kept. */
  readonly time?: string;
  readonly action: string;
  readonly program: string;
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  /** In ascending order; may be empty. */
  readonly variants: readonly ManifestVariant[];
}

export interface Manifest {
  /** Of the document; readers refuse what they do not know. */
  readonly format: 1;
  readonly project: string;
  readonly version: string;
  /** ISO 8601. */
  readonly writtenAt: string;
  readonly cues: readonly ManifestCue[];
}

/** `{project}/{version}/manifest.json` */
export const manifestKey = (show: ShowAddress): string =>
  cuesPrefix(show).replace(/cues\/$/, 'manifest.json');
