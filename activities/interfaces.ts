/**
 * What workflows may order, by the kind of process that serves it. Workflows import these types only; the
 * factories beside this file implement them.
 */
import type { VariantAddress } from '../domain/object-keys.js';
import type { CueProgress, PlannedCue, PlanPage, ShowPlan, VariantResult } from '../domain/progress.js';
import type { Rendition, RenditionReference, RenditionRequest } from '../domain/rendition.js';
import type { ShowSelection } from '../domain/show-selection.js';
import type { WorkflowOutcome } from '../domain/workflow-outcome.js';

/** On a GPU queue. */
export interface GpuActivities {
  /** Generates the rendition onto this machine's spool, resuming from its journal; heartbeats a DenoiseHeartbeat per step. */
  denoise(request: RenditionRequest): Promise<Rendition>;
}

/** On the queue of the spool that holds the rendition. Each can be repeated without harm. */
export interface UploadActivities {
  /** Removes timing.json, so that it never names an object that is being replaced. */
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

/** On the orchestration queue. */
export interface PlanActivities {
  /** Expands the show, keeps what is selected (everything that is not stored), orders cues by model, writes the plan in pages. */
  planShow(input: { bundleKey: string; selection?: ShowSelection }): Promise<ShowPlan>;
  readPlanPage(input: { project: string; version: string; planId: string; page: number }): Promise<PlanPage>;
  /** The same cue with only those of its variants that are still missing from the store. */
  recheckCue(planned: PlannedCue): Promise<PlannedCue>;
  /** Waits until this cue workflow has ended, whichever way. */
  awaitCue(workflowId: string): Promise<WorkflowOutcome<CueProgress>>;
  /** Waits until this variant workflow has ended, whichever way. */
  awaitVariant(workflowId: string): Promise<WorkflowOutcome<VariantResult>>;
  /** Whether any process polls the queue of this spool. */
  isSpoolServed(spoolId: string): Promise<boolean>;
}
