/**
 * The part of an audit that reads: every object of a variant is fetched, its content type asked for, and each PNG
 * decoded to its last pixel.
 */
import sharp from 'sharp';
import { JSON_CONTENT_TYPE, PNG_CONTENT_TYPE } from '../../domain/object-keys.js';
import { isFullSize, previewStyle } from '../../domain/preview-style.js';
import type { GenerationSettings } from '../../domain/rendition.js';
import type { ObjectHead } from '../../storage/object-store.js';
import type { FindingKind } from './findings.js';
import type { PatientReader } from './patient-reader.js';
import type { StoredVariant } from './stored-variants.js';

export interface ObjectProblem {
  readonly kind: FindingKind;
  readonly message: string;
}

/** Pixels to a latent along each side, for every family so far. */
const LATENT_PIXELS = 8;

/** Reads all objects of a variant; returns what is wrong with them. Empty ones are found by the listing. */
export async function objectProblems(
  reader: PatientReader,
  stored: StoredVariant,
  settings: GenerationSettings,
): Promise<ObjectProblem[]> {
  const { width, height, model } = settings;
  const scale = isFullSize(previewStyle(model.previews)) ? 1 : LATENT_PIXELS;
  const problems: ObjectProblem[] = [];
  if (stored.timing) problems.push(...(await typeProblems(reader, stored.timing, JSON_CONTENT_TYPE)));
  if (stored.final) problems.push(...(await pictureProblems(reader, stored.final, { width, height })));
  for (const preview of stored.steps.values())
    problems.push(
      ...(await pictureProblems(reader, preview, { width: width / scale, height: height / scale })),
    );
  return problems;
}

async function pictureProblems(
  reader: PatientReader,
  head: ObjectHead,
  size: { width: number; height: number },
): Promise<ObjectProblem[]> {
  if (head.bytes === 0) return [];
  const bytes = await reader.get(head.key);
  if (bytes === undefined) return [];
  const name = nameOf(head);
  const wrongType = await typeProblems(reader, head, PNG_CONTENT_TYPE);
  try {
    const { format } = await sharp(bytes).metadata();
    if (format !== 'png') throw new Error(`it is in ${format} format`);
    const { info } = await sharp(bytes, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
    if (info.width === size.width && info.height === size.height) return wrongType;
    const message = `${name} is ${info.width}×${info.height} pixels, expected ${size.width}×${size.height}`;
    return [...wrongType, { kind: 'wrong-size', message }];
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return [...wrongType, { kind: 'undecodable', message: `${name} cannot be decoded (${reason})` }];
  }
}

async function typeProblems(
  reader: PatientReader,
  { key, contentType: listed }: ObjectHead,
  expected: string,
): Promise<ObjectProblem[]> {
  const contentType = listed ?? (await reader.head(key))?.contentType;
  if (contentType === undefined || contentType === expected) return [];
  const message = `${nameOf({ key })} has content type ${contentType}, expected ${expected}`;
  return [{ kind: 'wrong-content-type', message }];
}

const nameOf = ({ key }: { key: string }): string => key.slice(key.lastIndexOf('/') + 1);
