/**
 * The final image, from the spool to the store: the upload that must never be lost. A damaged one is not uploaded
 * but forgotten, so that the next `denoise` decodes it again from the last checkpoint. A program without previews is
 * complete with it, and its rendition leaves the spool at once.
 */
import { cancellationSignal } from '@temporalio/activity';
import { finalKey, PNG_CONTENT_TYPE } from '../../domain/object-keys.js';
import type { RenditionReference } from '../../domain/rendition.js';
import { DamagedFileError } from '../../storage/spool/records.js';
import { renditionLost } from '../failures.js';
import { describeVariant } from '../rendition-id.js';
import type { UploadPorts } from './ports.js';
import { recordImage } from './record-image.js';
import { type FinishedRendition, findFinished, forgetFailure, release } from './spooled.js';

export async function uploadFinal(
  { spool, store }: UploadPorts,
  reference: RenditionReference,
): Promise<void> {
  const { finished } = await findFinished(spool, reference);
  if (finished === undefined) return;
  const png = await readFinal(finished, describeVariant(reference));
  if (!reference.previews) await forgetFailure(store, reference);
  await store.put(finalKey(reference), png, { contentType: PNG_CONTENT_TYPE, signal: cancellationSignal() });
  if (reference.previews) return;
  await recordImage({ spool, store }, reference, finished, 0);
  await release(spool, finished, reference, { missingSteps: [] });
}

async function readFinal({ rendition, final }: FinishedRendition, subject: string): Promise<Buffer> {
  try {
    return await rendition.read(final.png);
  } catch (error) {
    if (!(error instanceof DamagedFileError)) throw error;
    await rendition.dropFinal();
    throw renditionLost(subject, error.message, error);
  }
}
