/**
 * Finding on the spool what an upload is about, or saying that it has to be generated again.
 */
import type { RenditionReference } from '../domain/rendition.js';
import type { JournalFinal } from '../storage/spool/records.js';
import type { Spool } from '../storage/spool/spool.js';
import type { SpooledRendition } from '../storage/spool/spooled-rendition.js';
import { renditionLost } from './failures.js';
import { describeVariant } from './rendition-id.js';

export interface FinishedRendition {
  readonly rendition: SpooledRendition;
  readonly final: JournalFinal;
}

/** The rendition, complete according to its journal. Throws RenditionLost if it is gone or not complete. */
export async function findFinished(spool: Spool, reference: RenditionReference): Promise<FinishedRendition> {
  const subject = describeVariant(reference);
  const rendition = await spool.findRendition(reference.renditionId);
  if (rendition === undefined)
    throw renditionLost(
      subject,
      `the spool ${spool.directory} has no rendition ${reference.renditionId} (any more).`,
    );
  if (rendition.final === undefined)
    throw renditionLost(subject, `the rendition in ${rendition.directory} has no final image.`);
  return { rendition, final: rendition.final };
}
