/**
 * Which rendition a variant has on a spool. The id comes from the address alone, so that every attempt, on every
 * machine that shares the spool, finds the same folder; the spool compares the recorded request and starts over
 * where settings have changed.
 */
import { createHash } from 'node:crypto';
import type { VariantAddress } from '../domain/object-keys.js';
import type { RenditionRequest } from '../domain/rendition.js';
import type { JsonValue } from '../storage/spool/records.js';

/** 128 bits: short for a folder name, and no two variants of any festival will share one. */
const ID_DIGITS = 32;

/** 32 hex digits that name the rendition of this variant. */
export function renditionIdOf({ project, version, cueId, variantId, take }: VariantAddress): string {
  const address = [project, version, cueId, variantId, ...(take === undefined ? [] : [take])].join('\n');
  return createHash('sha256').update(address).digest('hex').slice(0, ID_DIGITS);
}

/** What the spool records: everything that determines the image, without the folder the show was started from. */
export function recordedRequest({ settings, ...request }: RenditionRequest): JsonValue {
  const { showDirectory: _, ...model } = settings.model;
  return JSON.parse(JSON.stringify({ ...request, settings: { ...settings, model } }));
}

/** Names a variant in messages: `foigoi/v1 prompt_3_00_01_00, variant 7`. */
export function describeVariant({ project, version, cueId, variantId, take }: VariantAddress): string {
  const which = take === undefined ? '' : `, take ${take}`;
  return `${project}/${version} ${cueId}, variant ${variantId}${which}`;
}
