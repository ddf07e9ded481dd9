/**
 * What workflows may order, by the kind of process that serves it. Workflows import these types only; the
 * factories beside this file implement them.
 */
import type { ChooseTakeInput } from '../domain/messages.js';
import type { VariantAddress } from '../domain/object-keys.js';
import type { OpenedPage } from '../domain/plan-pages.js';
import type { CuePart, CueRest, ShowPlan, VariantName } from '../domain/progress.js';
import type { RememberedFailure } from '../domain/remembered-failure.js';
import type { AlreadyStored, Rendition, RenditionReference, RenditionRequest } from '../domain/rendition.js';
import type { ShowSelection } from '../domain/show-selection.js';
import type { RunEnd } from '../domain/workflow-outcome.js';

/** On a GPU queue. */
export interface GpuActivities {
  /**
   * Generates the rendition onto this machine's spool, resuming from its journal; heartbeats a DenoiseHeartbeat per step.
   * With `unlessStored` it may find the variant whole in the store instead; without, only if another take was chosen since.
   * `failedOn` are the spools of machines on which it has failed: others are asked first.
   */
  denoise(
    request: RenditionRequest,
    unlessStored?: boolean,
    failedOn?: readonly string[],
  ): Promise<Rendition | AlreadyStored>;
}

/** On the queue of the spool that holds the rendition. Each can be repeated without harm. */
export interface UploadActivities {
  /** Removes timing.json and the image's record, so that neither speaks of an object that is being replaced. */
  withdrawTiming(address: VariantAddress): Promise<void>;
  /** Stores `final.png`; a program without previews is complete with it, and its rendition leaves the spool. */
  uploadFinal(rendition: RenditionReference): Promise<void>;
  /** Uploads all previews side by side; heartbeats the steps stored. Damaged previews are left out. */
  uploadPreviews(rendition: RenditionReference): Promise<void>;
  /** Writes timing.json for what is really stored, and frees the spool; returns the steps that are missing. */
  composeTiming(rendition: RenditionReference): Promise<{ missingSteps: number[] }>;
  /** Deletes a rendition that nobody wants any more from the spool. */
  releaseSpool(rendition: RenditionReference): Promise<void>;
}

/** Which page of which plan. */
export interface PageAddress {
  readonly project: string;
  readonly version: string;
  readonly planId: string;
  /** From 0. */
  readonly page: number;
  /** Only these of its variants. */
  readonly only?: readonly CueRest[];
}

/** Some variants of some cues. */
export interface VariantSet {
  readonly project: string;
  readonly version: string;
  readonly cues: readonly VariantsOfCue[];
}

export interface VariantsOfCue {
  readonly cueId: string;
  /** How many variants the cue has in all. */
  readonly of: number;
  /** Whether its program keeps previews, without which no variant of it is whole. */
  readonly previews: boolean;
  readonly variantIds: readonly number[];
}

/** On the orchestration queue. None of them waits: each looks, or writes, and is done. */
export interface PlanActivities {
  /** Expands the show, keeps what is selected (everything that is not stored), orders cues by model, writes the plan in pages. */
  planShow(input: { bundleKey: string; selection?: ShowSelection }): Promise<ShowPlan>;
  /** Whether a run of this selection has anything to do with the part; says what there is instead if not. */
  refusalOfPart(input: {
    bundleKey: string;
    selection?: ShowSelection;
    part: CuePart;
  }): Promise<string | undefined>;
  /** A page without what has been stored since it was planned. */
  openPage(page: PageAddress): Promise<OpenedPage>;
  /** Those of the variants that are not whole in the store. */
  findUnstored(variants: VariantSet): Promise<VariantName[]>;
  /** Of variants that another run makes: which still run, and which are stored by now. */
  lookAtVariants(variants: VariantSet): Promise<{ running: VariantName[]; stored: VariantName[] }>;
  /** Keeps failures where no retention reaches them. */
  rememberFailures(input: {
    project: string;
    version: string;
    failures: readonly RememberedFailure[];
  }): Promise<void>;
  /** Writes manifest.json for what is stored and not rejected of the show with this bundle. */
  writeManifest(input: { bundleKey: string }): Promise<void>;
  /** Puts another take in the place of a variant, and the present one aside. */
  chooseTake(input: ChooseTakeInput): Promise<void>;
  /** How the run of this workflow ended whose first execution is `runId`; of the present one if none is given. */
  lookAtRun(input: { workflowId: string; runId?: string }): Promise<RunEnd>;
  /** Whether any process polls the queue of this spool. */
  isSpoolServed(spoolId: string): Promise<boolean>;
}
