/**
 * Workflow ids from business keys: starting the same show, cue or variant twice finds the first.
 */
import type { VariantAddress } from './object-keys.js';

type ShowAddress = Pick<VariantAddress, 'project' | 'version'>;
type CueAddress = Pick<VariantAddress, 'project' | 'version' | 'cueId'>;

export const showWorkflowId = ({ project, version }: ShowAddress): string => `pregen/${project}/${version}`;

export const cueWorkflowId = (address: CueAddress): string => `${showWorkflowId(address)}/${address.cueId}`;

export const variantWorkflowId = (address: VariantAddress): string =>
  `${cueWorkflowId(address)}/${address.variantId}`;

/** A version has one schedule; schedules have a name space of their own. */
export const scheduleId = showWorkflowId;
