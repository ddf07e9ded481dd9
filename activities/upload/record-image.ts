/**
 * Records in the store what an image was made from, as the spool remembers it, when all of the image is stored: what
 * is recorded is whole. A machine that dies between the two leaves an image that nobody knows the making of.
 */
import { cancellationSignal } from '@temporalio/activity';
import { writeRecord } from '../../bookkeeping/records.js';
import { fingerprintOf } from '../../domain/fingerprint.js';
import { given } from '../../domain/given.js';
import type { RenditionReference, RenditionRequest } from '../../domain/rendition.js';
import type { UploadPorts } from './ports.js';
import type { FinishedRendition } from './spooled.js';

/** As the spool has it. */
type Recorded = RenditionRequest & { readonly heeds?: unknown };

/** `previews`: how many are stored. */
export async function recordImage(
  { spool, store }: UploadPorts,
  reference: RenditionReference,
  { rendition, final }: FinishedRendition,
  previews: number,
): Promise<void> {
  const { heeds: _, ...request } = (await spool.requestOf(reference.renditionId)) as Recorded;
  const modelDigest = rendition.steps.at(-1)?.model;
  const makingMs = rendition.steps.reduce((sum, { durationMs }) => sum + durationMs, final.durationMs);
  const body = {
    seed: request.seed,
    fingerprint: fingerprintOf(request.settings, modelDigest),
    previews,
    durationMs: Math.round(makingMs),
    request,
    ...given({ modelDigest }),
  };
  await writeRecord(store, reference, body, { signal: cancellationSignal() });
}
