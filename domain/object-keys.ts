/**
 * Where everything lies in the store. The layout under `cues/` is the contract with every replay front-end;
 * whatever else the system keeps lies under `pregen/`.
 */
import { segmentProblem } from './key-segments.js';
import { InvalidInputError, type Problem } from './problems.js';

/** Which version of which project. */
export interface ShowAddress {
  readonly project: string;
  readonly version: string;
}

/** Which variant of which cue of which version: the coordinates of one image. */
export interface VariantAddress extends ShowAddress {
  readonly cueId: string;
  /** Positive integer, counted from 1. */
  readonly variantId: number;
  /** Seed of a take that is kept beside the variant's chosen one; absent for the chosen one, which front-ends show. */
  readonly take?: number;
}

export const PNG_CONTENT_TYPE = 'image/png';
export const JSON_CONTENT_TYPE = 'application/json';

/**
 * `{project}/{version}/cues/{cueId}/{variantId}/`: all objects of a variant begin with it; those of another take of it with
 * `{project}/{version}/pregen/takes/{cueId}/{variantId}/{seed}/`. Throws on an unsafe address.
 */
export function variantPrefix(address: VariantAddress): string {
  checkAddress(address);
  if (address.take === undefined) return `${cuePrefix(address)}${address.variantId}/`;
  return `${takesPrefix(address)}${address.take}/`;
}

/** `{project}/{version}/pregen/takes/{cueId}/{variantId}/`: the takes that are kept beside the chosen one. */
export function takesPrefix(address: VariantAddress): string {
  checkAddress(address);
  return `${bookkeepingPrefix(address)}takes/${address.cueId}/${address.variantId}/`;
}

/** `{project}/{version}/cues/{cueId}/`: every image of a cue. */
export function cuePrefix({ project, version, cueId }: Omit<VariantAddress, 'variantId'>): string {
  checkSegments({ project, version, cueId });
  return `${cuesPrefix({ project, version })}${cueId}/`;
}

/** `{project}/{version}/cues/`: every image of a version. */
export function cuesPrefix({ project, version }: ShowAddress): string {
  checkSegments({ project, version });
  return `${project}/${version}/cues/`;
}

/** `{project}/{version}/pregen/`: plans, bundles and other things that are not images of the show. */
export function bookkeepingPrefix({ project, version }: ShowAddress): string {
  checkSegments({ project, version });
  return `${project}/${version}/pregen/`;
}

export const finalKey = (address: VariantAddress): string => `${variantPrefix(address)}final.png`;

export const timingKey = (address: VariantAddress): string => `${variantPrefix(address)}timing.json`;

/** Key of the preview after denoising step `step`, counted from 1. */
export function stepKey(address: VariantAddress, step: number): string {
  if (!isCount(step))
    throw new InvalidInputError('object key', [
      { where: 'step', message: `expected a positive integer, got ${step}` },
    ]);
  return `${variantPrefix(address)}${step}.png`;
}

/** What an object under `cues/` is. */
export type VariantObject =
  | { readonly kind: 'final' | 'timing' }
  | { readonly kind: 'step'; readonly step: number };

/** Reads a key under {@link cuesPrefix} back; undefined for anything that is not part of the contract. */
export function parseVariantKey(
  prefix: string,
  key: string,
): { cueId: string; variantId: number; object: VariantObject } | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const [, cueId, variantId, name = ''] =
    /^([^/]+)\/([1-9]\d{0,8})\/([^/]+)$/.exec(key.slice(prefix.length)) ?? [];
  const object = parseObjectName(name);
  return cueId === undefined || object === undefined
    ? undefined
    : { cueId, variantId: Number(variantId), object };
}

/** What an object is by its name below {@link variantPrefix}; undefined for anything that is not part of the contract. */
export function parseObjectName(name: string): VariantObject | undefined {
  if (name === 'final.png') return { kind: 'final' };
  if (name === 'timing.json') return { kind: 'timing' };
  const step = /^([1-9]\d{0,5})\.png$/.exec(name)?.[1];
  return step === undefined ? undefined : { kind: 'step', step: Number(step) };
}

function checkAddress({ project, version, cueId, variantId, take }: VariantAddress): void {
  checkSegments({ project, version, cueId });
  if (take !== undefined && !(Number.isSafeInteger(take) && take >= 0)) {
    throw new InvalidInputError('object key', [{ where: 'take', message: `expected a seed, got ${take}` }]);
  }
  if (!isCount(variantId)) {
    throw new InvalidInputError('object key', [
      { where: 'variantId', message: `expected a positive integer, got ${variantId}` },
    ]);
  }
}

function checkSegments(segments: Record<string, string>): void {
  const problems: Problem[] = Object.entries(segments).flatMap(([where, segment]) => {
    const message = segmentProblem(segment);
    return message === undefined ? [] : [{ where, message }];
  });
  if (problems.length > 0) throw new InvalidInputError('object key', problems);
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;
