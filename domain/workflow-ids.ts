/**
 * Workflow ids from business keys: starting the same show, cue or variant twice finds the first.
 */
import type { ShowAddress, VariantAddress } from './object-keys.js';

type CueAddress = Pick<VariantAddress, 'project' | 'version' | 'cueId'>;

export const showWorkflowId = ({ project, version }: ShowAddress): string => `pregen/${project}/${version}`;

/** Of a run for one cue, started by hand. */
export const cueWorkflowId = (address: CueAddress): string => `${showWorkflowId(address)}/${address.cueId}`;

export const variantWorkflowId = (address: VariantAddress): string =>
  `${cueWorkflowId(address)}/${address.variantId}`;

/** The variant whose workflow has this id; undefined if it is none of a variant. */
export function variantOfWorkflow(workflowId: string): VariantAddress | undefined {
  const match = /^pregen\/([^/]+)\/([^/]+)\/([^/]+)\/([1-9]\d*)$/.exec(workflowId);
  if (match === null) return undefined;
  const [, project = '', version = '', cueId = '', variantId] = match;
  return { project, version, cueId, variantId: Number(variantId) };
}

/**
 * Of the `n`th page that a run of a show begins. Unlike the others it is new with each run: nobody else looks for it. A run id
 * begins with its time; what is random is its end.
 */
export const pageWorkflowId = (showId: string, runId: string, n: number): string =>
  `${showId}/page-${runId.slice(-12)}-${n}`;

/** A version has one schedule; schedules have a name space of their own. */
export const scheduleId = showWorkflowId;
