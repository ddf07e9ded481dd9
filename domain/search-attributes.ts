/**
 * The typed search attributes by which an operator finds variants in the Temporal Web UI,
 * e.g. `PregenVersionId = "v1" AND PregenStatus = "degraded"`.
 */
import { defineSearchAttributeKey } from '@temporalio/common';

export const PREGEN_VERSION_ID = defineSearchAttributeKey('PregenVersionId', 'KEYWORD');
export const PREGEN_CUE_ID = defineSearchAttributeKey('PregenCueId', 'KEYWORD');
export const PREGEN_PROGRAM = defineSearchAttributeKey('PregenProgram', 'KEYWORD');
export const PREGEN_STATUS = defineSearchAttributeKey('PregenStatus', 'KEYWORD');
export const PREGEN_VARIANT_ID = defineSearchAttributeKey('PregenVariantId', 'INT');

/** Everything a namespace must know before the first workflow starts. */
export const SEARCH_ATTRIBUTES = [
  PREGEN_VERSION_ID,
  PREGEN_CUE_ID,
  PREGEN_PROGRAM,
  PREGEN_STATUS,
  PREGEN_VARIANT_ID,
] as const;

/** Where a variant is between start and stored. */
export type VariantStatus = 'denoising' | 'uploading' | 'stored' | 'degraded' | 'failed';
