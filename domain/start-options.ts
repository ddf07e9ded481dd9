/**
 * What every starter gives a workflow, be it the client or a parent: id, typed search attributes and the words that
 * the Temporal Web UI shows. One place, so that a variant looks the same however it was started.
 */
import type { SearchAttributePair } from '@temporalio/common';
import type { ShowAddress, VariantAddress } from './object-keys.js';
import type { RenditionRequest } from './rendition.js';
import {
  PREGEN_CUE_ID,
  PREGEN_PROGRAM,
  PREGEN_STATUS,
  PREGEN_VARIANT_ID,
  PREGEN_VERSION_ID,
} from './search-attributes.js';
import type { CueTask } from './show-plan.js';
import { cueWorkflowId, scheduleId, showWorkflowId, variantWorkflowId } from './workflow-ids.js';

export interface StartOptions {
  readonly workflowId: string;
  readonly typedSearchAttributes: SearchAttributePair[];
  /** One line, shown in lists. */
  readonly staticSummary: string;
}

/** The Web UI shows summaries of up to 400 bytes; 80 characters of prompt fit one line. */
const SUMMARY_PROMPT_CHARACTERS = 80;

export function showStartOptions(show: ShowAddress): StartOptions {
  return {
    workflowId: showWorkflowId(show),
    typedSearchAttributes: [
      { key: PREGEN_VERSION_ID, value: show.version },
      { key: PREGEN_STATUS, value: 'denoising' },
    ],
    staticSummary: `${show.project}, version ${show.version}`,
  };
}

/**
 * A run that the calendar starts. The server appends its time to this id, and the run starts the show under the show's
 * own. It has no status: queries for what failed or waits find the show and its variants, and nothing twice.
 */
export function scheduledRunOptions(show: ShowAddress): StartOptions {
  return {
    workflowId: scheduleId(show),
    typedSearchAttributes: [{ key: PREGEN_VERSION_ID, value: show.version }],
    staticSummary: `scheduled run of ${show.project}, version ${show.version}`,
  };
}

/** A run of its own for one cue, started by hand beside the show's or without it. */
export function cueRunOptions(task: CueTask): StartOptions {
  return {
    workflowId: cueWorkflowId(task),
    typedSearchAttributes: cueAttributes(task),
    staticSummary: `${task.settings.program}: ${shorten(task.settings.prompt)}`,
  };
}

/** One page of a show's plan. It has no status: queries for what runs or failed find variants, and nothing twice. */
export function pageStartOptions(
  show: { version: string },
  page: { workflowId: string; page: number; of: number },
): StartOptions {
  return {
    workflowId: page.workflowId,
    typedSearchAttributes: [{ key: PREGEN_VERSION_ID, value: show.version }],
    staticSummary: `page ${page.page + 1} of ${page.of}`,
  };
}

export function variantStartOptions(request: RenditionRequest): StartOptions {
  return {
    workflowId: variantWorkflowId(request),
    typedSearchAttributes: [...cueAttributes(request), { key: PREGEN_VARIANT_ID, value: request.variantId }],
    staticSummary: `${request.settings.program} #${request.variantId}${request.take === undefined ? '' : ` (seed ${request.take})`}: ${shorten(request.settings.prompt)}`,
  };
}

/** Under the id of the variant, which therefore is not generated meanwhile. It has no status: it is none of the images in the making. */
export function chooseTakeOptions(address: VariantAddress, seed: number): StartOptions {
  return {
    workflowId: variantWorkflowId(address),
    typedSearchAttributes: [
      { key: PREGEN_VERSION_ID, value: address.version },
      { key: PREGEN_CUE_ID, value: address.cueId },
      { key: PREGEN_VARIANT_ID, value: address.variantId },
    ],
    staticSummary: `#${address.variantId}: choose the take with seed ${seed}`,
  };
}

function cueAttributes({
  version,
  cueId,
  settings,
}: Pick<CueTask, 'version' | 'cueId' | 'settings'>): SearchAttributePair[] {
  return [
    { key: PREGEN_VERSION_ID, value: version },
    { key: PREGEN_CUE_ID, value: cueId },
    { key: PREGEN_PROGRAM, value: settings.program },
    { key: PREGEN_STATUS, value: 'denoising' },
  ];
}

/** Counts characters, not UTF-16 units, so that no emoji is cut in half. */
function shorten(prompt: string): string {
  const characters = [...prompt.replace(/\s+/g, ' ')];
  return characters.length <= SUMMARY_PROMPT_CHARACTERS
    ? characters.join('')
    : `${characters.slice(0, SUMMARY_PROMPT_CHARACTERS - 1).join('')}…`;
}
