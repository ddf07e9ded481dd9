/** Whose event it is, by the id of the workflow that it belongs to: so that a log can be searched by show, cue and variant. */
import { variantOfWorkflow } from '../../domain/workflow-ids.js';

export interface LogSubject {
  /** `project/version` */
  readonly show?: string;
  readonly cue?: string;
  readonly variant?: number;
  /** Seed of a take beside the chosen one. */
  readonly take?: number;
}

const SHOW = /^pregen\/([^/]+\/[^/]+)(?:\/|$)/;

export function subjectOf(workflowId: unknown): LogSubject {
  if (typeof workflowId !== 'string') return {};
  const image = variantOfWorkflow(workflowId);
  if (image === undefined) {
    const show = SHOW.exec(workflowId)?.[1];
    return show === undefined ? {} : { show };
  }
  const { project, version, cueId, variantId, take } = image;
  return {
    show: `${project}/${version}`,
    cue: cueId,
    variant: variantId,
    ...(take !== undefined && { take }),
  };
}
