/**
 * Finding on the spool what an upload is about, and freeing the spool of it; or saying that it has to be generated
 * again. The answer to an order that was carried out may get lost: the same order, come again, finds the rendition gone
 * and is told what became of it.
 */
import { cancellationSignal, log } from '@temporalio/activity';
import { z } from 'zod';
import { describeFailure } from '../../domain/failure-text.js';
import { failureKey } from '../../domain/remembered-failure.js';
import type { RenditionReference } from '../../domain/rendition.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { JournalFinal } from '../../storage/spool/records.js';
import type { Spool } from '../../storage/spool/spool.js';
import type { SpooledRendition } from '../../storage/spool/spooled-rendition.js';
import { invalidRequest, renditionLost } from '../failures.js';
import { describeVariant, renditionIdOf } from '../rendition-id.js';

export interface FinishedRendition {
  readonly rendition: SpooledRendition;
  readonly final: JournalFinal;
}

/** What became of a rendition that has left the spool. */
const outcome = z.object({ missingSteps: z.array(z.int()) });
export type StoredOutcome = z.infer<typeof outcome>;

/** The rendition, or what became of it. */
type Found =
  | { readonly finished: FinishedRendition; readonly stored?: undefined }
  | { readonly finished?: undefined; readonly stored: StoredOutcome };

/**
 * The rendition, complete according to its journal; of one that was stored and released before, the outcome. Throws
 * RenditionLost if it is gone otherwise, or not complete.
 */
export async function findFinished(spool: Spool, reference: RenditionReference): Promise<Found> {
  refuseOtherImage(reference);
  const rendition = await spool.findRendition(reference.renditionId);
  if (rendition?.final !== undefined) return { finished: { rendition, final: rendition.final } };
  const stored = outcome.safeParse(await spool.outcomeOf(reference.journalDigest)).data;
  if (stored !== undefined) return { stored };
  throw renditionLost(
    describeVariant(reference),
    rendition === undefined
      ? `the spool ${spool.directory} has no rendition ${reference.renditionId} (any more).`
      : `the rendition in ${rendition.directory} has no final image.`,
  );
}

/** An orchestrator of an earlier version drops the take from the address: it would be stored as the variant itself. */
function refuseOtherImage(reference: RenditionReference): void {
  if (reference.renditionId === renditionIdOf(reference)) return;
  const problem = `rendition ${reference.renditionId} is of another image. Replace orchestrators of earlier versions.`;
  throw invalidRequest(describeVariant(reference), problem);
}

/**
 * Whoever stores the last object of an image forgets its failure just before: what is whole in the store is never called failed,
 * whichever run has failed, and wherever the machine dies in between.
 */
export async function forgetFailure(store: ObjectStore, reference: RenditionReference): Promise<void> {
  // A take is an image beside the one that may have failed.
  if (reference.take === undefined)
    await store.delete(failureKey(reference), { signal: cancellationSignal() });
}

/** Frees the spool of a rendition that is stored. What cannot be deleted now is left to the spool's sweep. */
export async function release(
  spool: Spool,
  { rendition }: FinishedRendition,
  { journalDigest }: RenditionReference,
  stored: StoredOutcome,
): Promise<void> {
  try {
    await spool.release(rendition, journalDigest, stored);
  } catch (error) {
    log.warn('The rendition could not be removed from its spool', { reason: describeFailure(error) });
  }
}
