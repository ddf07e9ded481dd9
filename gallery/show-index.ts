/**
 * What the gallery's page knows of a show: one compact document, made by the server from a listing (or written once
 * by the static export) and read by the page. Pure data, shared by both sides.
 */

import type { CueReview } from './review/review-entry.js';

/**
 * `incomplete`: some objects are there, but not yet (or no longer) all that make a variant whole, as while it is
 * being uploaded or after an interrupted run.
 */
export const VARIANT_STATES = ['stored', 'degraded', 'incomplete', 'in-flight', 'missing'] as const;
export type VariantState = (typeof VARIANT_STATES)[number];

/**
 * Variant id, index into {@link VARIANT_STATES}, a stamp that changes whenever one of its objects does (empty: there is
 * no final image), and how many previews are stored, where a `timing.json` says when each of them is due.
 */
export type VariantEntry = readonly [id: number, state: number, stamp: string, previews?: number];

/** What the show file says of a cue; absent for cues that are only known from the store. */
export interface CueFacts {
  /** Position in the cue sheet. */
  readonly index: number;
  readonly action: string;
  readonly program: string;
  readonly prompt: string;
  readonly previews: boolean;
  /** Variants the show asks for. */
  readonly planned: number;
  /** Denoising iterations, where the model's family is known. */
  readonly iterations?: number;
}

export interface CueEntry {
  readonly cueId: string;
  readonly facts?: CueFacts;
  readonly variants: readonly VariantEntry[];
  /** What is decided and stale; absent where there is nothing to say, and in a static export. */
  readonly review?: CueReview;
}

export interface ShowIndex {
  readonly project: string;
  readonly version: string;
  readonly cues: readonly CueEntry[];
  /** Whether a Temporal server said which variants are in flight; if not, none is called that. */
  readonly inFlightKnown: boolean;
  /** Differs from one content of this index to the next; absent in a static export. */
  readonly revision?: string;
}

export interface ShowSummary {
  readonly project: string;
  readonly version: string;
  readonly cues: number;
  readonly variants: number;
  /** Variants whose final image can be looked at. */
  readonly stored: number;
}

/** Where the page finds things, relative to itself, and what it may offer. */
export interface GallerySettings {
  /** For people: which store this is. */
  readonly store: string;
  /** Prefix of `{project}/{version}/cues/…`. */
  readonly objects: string;
  /** Prefix of `{project}/{version}/{cueId}/{variantId}.webp` and, for larger ones, `{variantId}-{pixels}.webp`. */
  readonly thumbs: string;
  /** Which sizes of thumbnails there are, longest edge in pixels; the first is the usual one. */
  readonly thumbPixels: readonly number[];
  /**
   * `{shows}.json` lists the shows, `{shows}/{project}/{version}.json` is a show's index, and
   * `{shows}/{project}/{version}/cues/{cueId}.json` what is known of a cue's images.
   */
  readonly shows: string;
  /** Whether `{shows}/{project}/{version}/events` tells of changes. */
  readonly live: boolean;
  /** Whether decisions can be taken here. */
  readonly decide: boolean;
  /** Whether takes can be made and chosen from here. */
  readonly takes: boolean;
  /** Whether images in flight can be stopped, and shows be steered, from here. */
  readonly steer: boolean;
  /** Prefix of a workflow's page in the Temporal Web UI, ending in `/workflows/`. */
  readonly workflows?: string;
}

/** The seed of each image of a cue that is known to have one. */
export type CueSeeds = readonly (readonly [variantId: number, seed: number])[];

/** What has to be read from the images of a cue; the page asks for it when it is needed. */
export interface CueDetails {
  readonly seeds: CueSeeds;
}

/** The seeds that the records of a whole show name, cue by cue. */
export interface ShowSeeds {
  readonly cues: readonly (readonly [cueId: string, seeds: CueSeeds])[];
}

/** A change while the page is open: these cues look different now, and these are gone. */
export interface ShowChange {
  readonly changed: readonly CueEntry[];
  readonly removed: readonly string[];
  readonly inFlightKnown: boolean;
  /** Of the index as it is with this change. */
  readonly revision: string;
}

export const stateOf = ([, state]: VariantEntry): VariantState => VARIANT_STATES[state] ?? 'missing';
