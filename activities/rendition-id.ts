/**
 * Which rendition a variant has on a spool. The id comes from the address alone, so that every attempt, on every
 * machine that shares the spool, finds the same folder; the spool compares the recorded request and starts over
 * where settings have changed.
 */
import { createHash } from 'node:crypto';
import { providerName } from '../domain/execution-providers.js';
import type { VariantAddress } from '../domain/object-keys.js';
import { heededIn, type RenditionRequest } from '../domain/rendition.js';
import type { JsonValue } from '../storage/spool/records.js';

/** 128 bits: short for a folder name, and no two variants of any festival will share one. */
const ID_DIGITS = 32;

/** 32 hex digits that name the rendition of this variant. */
export function renditionIdOf({ project, version, cueId, variantId, take }: VariantAddress): string {
  const address = [project, version, cueId, variantId, ...(take === undefined ? [] : [take])].join('\n');
  return createHash('sha256').update(address).digest('hex').slice(0, ID_DIGITS);
}

/**
 * What the spool records: everything that determines the image, without the folder the show was started from, the queue of its machines
 * and the options of providers (another GPU goes on with a half-done image), and what of it the worker heeds: an image that a worker of
 * an earlier version has left here, its prompt cut, is begun anew.
 */
export function recordedRequest(request: RenditionRequest): JsonValue {
  const { settings, ...address } = request;
  const { showDirectory: _, queue: ___, executionProviders, ...profile } = settings.model;
  const model = { ...profile, executionProviders: executionProviders.map(providerName) };
  const { take: __, ...reading } = heededIn(request);
  const heeds = Object.keys(reading);
  const recorded = { ...address, settings: { ...settings, model }, ...(heeds.length > 0 && { heeds }) };
  return JSON.parse(JSON.stringify(recorded));
}

/** Names a variant in messages: `foigoi/v1 prompt_3_00_01_00, variant 7`. */
export function describeVariant({ project, version, cueId, variantId, take }: VariantAddress): string {
  const which = take === undefined ? '' : `, take ${take}`;
  return `${project}/${version} ${cueId}, variant ${variantId}${which}`;
}
