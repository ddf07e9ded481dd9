/**
 * Workflow ids from business keys: starting the same show, cue or variant twice finds the first.
 */
import type { ShowAddress, VariantAddress } from './object-keys.js';

type CueAddress = Pick<VariantAddress, 'project' | 'version' | 'cueId'>;

export const showWorkflowId = ({ project, version }: ShowAddress): string => `pregen/${project}/${version}`;

/** The show whose workflow has this id; undefined if it is none of a show. */
export function showOfWorkflow(workflowId: string): ShowAddress | undefined {
  const [, project, version] = /^pregen\/([^/]+)\/([^/]+)$/.exec(workflowId) ?? [];
  return project === undefined || version === undefined ? undefined : { project, version };
}

/** Of a run for one cue, started by hand. */
export const cueWorkflowId = (address: CueAddress): string => `${showWorkflowId(address)}/${address.cueId}`;

/** A take beside the chosen one has a workflow of its own, so several can be made at once. */
export const variantWorkflowId = (address: VariantAddress): string =>
  `${cueWorkflowId(address)}/${address.variantId}${address.take === undefined ? '' : `/take-${address.take}`}`;

/** The variant, or take of one, whose workflow has this id; undefined if it is none of a variant. */
export function variantOfWorkflow(workflowId: string): VariantAddress | undefined {
  const match = /^pregen\/([^/]+)\/([^/]+)\/([^/]+)\/([1-9]\d*)(?:\/take-(\d{1,10}))?$/.exec(workflowId);
  if (match === null) return undefined;
  const [, project = '', version = '', cueId = '', variantId, take] = match;
  const address = { project, version, cueId, variantId: Number(variantId) };
  return take === undefined ? address : { ...address, take: Number(take) };
}

/**
 * Of the `n`th page that a run of a show begins. Unlike the others it is new with each run: nobody else looks for it. A run id
 * begins with its time; what is random is its end.
 */
export const pageWorkflowId = (showId: string, runId: string, n: number): string =>
  `${showId}/page-${runId.slice(-12)}-${n}`;

/** A version has one schedule; schedules have a name space of their own. */
export const scheduleId = showWorkflowId;
