/**
 * The fingerprint of a picture: the digest, part by part, of everything that decides it. Kept part by part, so that of two
 * pictures with different fingerprints it can be said what has changed: the prompt, the model. A seed is none of the parts:
 * it decides which take of a variant a picture is, not whether the picture is what the show asks for.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { lorasText } from './loras.js';
import { previewStyle } from './preview-style.js';
import type { GenerationSettings } from './rendition.js';

/**
 * A part by the word that people are told, and its value; in this order in a fingerprint. New parts continue it, and are left out
 * at the end where they have no value: what knows nothing of them has the fingerprint that it always had.
 */
const PARTS = [
  ['prompt', ({ prompt }) => prompt],
  ['negative prompt', ({ negativePrompt }) => negativePrompt],
  ['size', ({ width, height }) => `${width}x${height}`],
  ['steps', ({ steps }) => steps],
  ['guidance', ({ guidance }) => guidance],
  ['source picture', ({ image }) => image?.sha256],
  ['strength', ({ strength }) => strength],
  ['scheduler', ({ model }) => model.scheduler],
  ['model options', ({ model }) => `${model.precision ?? ''} ${model.rng ?? ''}`],
  ['model directory', ({ model }) => model.path],
  ['model', (_, modelDigest) => modelDigest ?? UNKNOWN],
  ['preview style', ({ previews, model }) => (previews ? styleOf(model) : undefined)],
  ['long prompts', ({ longPrompts }) => longPrompts],
  ['prompt syntax', ({ promptSyntax }) => promptSyntax],
  ['LoRAs', ({ model }) => lorasText(model.loras)],
] as const satisfies readonly (readonly [string, PartValue])[];

/** Nobody knows the part: it is no reason for anything. */
export const UNKNOWN = Symbol('unknown');

type PartValue = (
  settings: GenerationSettings,
  modelDigest?: string,
) => string | number | undefined | typeof UNKNOWN;

/** SHA-256 (hex) of the files of models, by the name of their profile. */
export type ModelDigests = Readonly<Record<string, string>>;

/** What can differ between a stored picture and what the show asks for. */
export type FingerprintPart = (typeof PARTS)[number][0];

/** 32 bits a part: that a change goes unnoticed is less likely than that the disk fails. */
const PART_DIGITS = 8;
/** How many parts every fingerprint has; fewer are one of an earlier version. */
const PARTS_ALWAYS = 12;
/** A part without a value: nothing was asked for. */
const NOTHING = '0'.repeat(PART_DIGITS);
const UNKNOWN_DIGITS = 'f'.repeat(PART_DIGITS);

const styleOf = ({ previews }: GenerationSettings['model']): string => {
  const { kind, of } = previewStyle(previews);
  return `${kind} ${of}`;
};

/** Lowercase hex, eight digits a part. `modelDigest` is the SHA-256 (hex) of the model's files, where they are known. */
export const fingerprintOf = (settings: GenerationSettings, modelDigest?: string): string =>
  joined(PARTS.map(([part, of]) => digestOf(of(settings, modelDigest), part)));

function joined(parts: readonly string[]): string {
  const last = parts.findLastIndex((digits) => digits !== NOTHING);
  return parts.slice(0, Math.max(last + 1, PARTS_ALWAYS)).join('');
}

/**
 * What of a stored picture is no longer what is asked for. Model files that are known on both sides are compared themselves,
 * wherever they lie; else the directory's name. So are LoRAs, whose contents the model's digest is of. Previews that nobody asks for any more are no reason.
 */
export function changedParts(stored: string, asked: string): FingerprintPart[] {
  const [was, is] = [partsOf(stored), partsOf(asked)];
  const isKnown = (part: FingerprintPart): boolean =>
    [was, is].every((parts) => (parts.get(part) ?? UNKNOWN_DIGITS) !== UNKNOWN_DIGITS);
  return PARTS.map(([part]) => part).filter((part) => {
    if (!isKnown(part) || was.get(part) === is.get(part)) return false;
    if (part === 'model directory') return !isKnown('model');
    if (part === 'LoRAs' && isKnown('model') && was.get('model') === is.get('model')) return false;
    return part !== 'preview style' || is.get(part) !== NOTHING;
  });
}

const partsOf = (fingerprint: string): ReadonlyMap<FingerprintPart, string> =>
  new Map(
    PARTS.flatMap(([part], index) => {
      const digits = digitsAt(fingerprint, index);
      return digits.length === PART_DIGITS ? [[part, digits] as const] : [];
    }),
  );

function digitsAt(fingerprint: string, index: number): string {
  const isLeftOut = index >= PARTS_ALWAYS && fingerprint.length >= PARTS_ALWAYS * PART_DIGITS;
  return fingerprint.slice(index * PART_DIGITS, (index + 1) * PART_DIGITS) || (isLeftOut ? NOTHING : '');
}

/** The same parts, some of them as other sources (a PNG's text) know them. */
export const withParts = (
  fingerprint: string,
  known: Partial<Record<FingerprintPart, string | typeof UNKNOWN>>,
): string =>
  joined(
    PARTS.map(([part], index) => {
      const value = known[part];
      return value === undefined ? digitsAt(fingerprint, index) : digestOf(value, part);
    }),
  );

function digestOf(value: ReturnType<PartValue>, part: FingerprintPart): string {
  if (value === UNKNOWN) return UNKNOWN_DIGITS;
  // A digest already; image tools show the beginning of it.
  if (part === 'model') return String(value).slice(0, PART_DIGITS);
  if (value === undefined || value === '') return NOTHING;
  return bytesToHex(sha256(utf8ToBytes(String(value)))).slice(0, PART_DIGITS);
}
