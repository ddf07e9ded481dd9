/**
 * The index of a show: one compact document that the server builds from a listing (or the static export writes once) and the
 * page reads. Pure data, shared by server and page.
 */

import type { CueReview } from './review/review-entry.js';

/**
 * `incomplete`: some objects are stored, but not (or no longer) all of a variant, as during its upload or after an
 * interrupted run.
 */
export const VARIANT_STATES = ['stored', 'degraded', 'incomplete', 'in-flight', 'missing'] as const;
export type VariantState = (typeof VARIANT_STATES)[number];

/**
 * Variant id, index into {@link VARIANT_STATES}, a stamp that changes whenever one of the variant's objects does (empty: there
 * is no final image), and the number of stored previews, if there is a `timing.json`.
 */
export type VariantEntry = readonly [id: number, state: number, stamp: string, previews?: number];

/** A cue in the show file. */
export interface CueFacts {
  /** Position in the cue sheet. */
  readonly index: number;
  readonly action: string;
  readonly program: string;
  readonly prompt: string;
  readonly previews: boolean;
  /** Number of variants in the show file. */
  readonly planned: number;
  /** Denoising iterations, where the model's family is known. */
  readonly iterations?: number;
}

export interface CueEntry {
  readonly cueId: string;
  readonly facts?: CueFacts;
  readonly variants: readonly VariantEntry[];
  /** Decisions and stale variants; absent if there are none, and in a static export. */
  readonly review?: CueReview;
}

export interface ShowIndex {
  readonly project: string;
  readonly version: string;
  readonly cues: readonly CueEntry[];
  /** Whether a Temporal server said which variants are in flight; if not, no variant has that state. */
  readonly inFlightKnown: boolean;
  /** Changes with the content of this index; absent in a static export. */
  readonly revision?: string;
}

export interface ShowSummary {
  readonly project: string;
  readonly version: string;
  readonly cues: number;
  readonly variants: number;
  /** Variants in the states `stored` and `degraded`. */
  readonly stored: number;
}

/** The addresses that the page reads, relative to itself, and the actions that it may offer. */
export interface GallerySettings {
  /** Description of the store, for people. */
  readonly store: string;
  /** Prefix of `{project}/{version}/cues/…`. */
  readonly objects: string;
  /** Prefix of `{project}/{version}/{cueId}/{variantId}.webp` and, for larger sizes, `{variantId}-{pixels}.webp`. */
  readonly thumbs: string;
  /** Sizes of the thumbnails, longest edge in pixels; the first is the default. */
  readonly thumbPixels: readonly number[];
  /**
   * `{shows}.json` lists the shows, `{shows}/{project}/{version}.json` is a show's index, and
   * `{shows}/{project}/{version}/cues/{cueId}.json` has the details of a cue's images.
   */
  readonly shows: string;
  /** Whether `{shows}/{project}/{version}/events` streams changes. */
  readonly live: boolean;
  /** Whether people can decide on variants. */
  readonly decide: boolean;
  /** Whether takes can be generated and chosen. */
  readonly takes: boolean;
  /** Whether images in flight can be stopped, and running shows steered. */
  readonly steer: boolean;
  /** Prefix of a workflow's page in the Temporal Web UI, ending in `/workflows/`. */
  readonly workflows?: string;
}

/** Seeds of a cue's images, as far as they are known. */
export type CueSeeds = readonly (readonly [variantId: number, seed: number])[];

/** What the server may have to read from the images of a cue; the page requests it only when it needs it. */
export interface CueDetails {
  readonly seeds: CueSeeds;
}

/** The seeds that the records of a whole show name, cue by cue. */
export interface ShowSeeds {
  readonly cues: readonly (readonly [cueId: string, seeds: CueSeeds])[];
}

/** A change of a show's index while the page is open. */
export interface ShowChange {
  readonly changed: readonly CueEntry[];
  readonly removed: readonly string[];
  readonly inFlightKnown: boolean;
  /** Revision of the index with this change. */
  readonly revision: string;
}

export const stateOf = ([, state]: VariantEntry): VariantState => VARIANT_STATES[state] ?? 'missing';
