/**
 * All previews of a variant, side by side. What is stored is heartbeat, so a retry goes on from there; one that
 * cannot be stored does not keep the others from being tried; a damaged one is left out, like one that never was.
 */
import { activityInfo, cancellationSignal, log } from '@temporalio/activity';
import pLimit from 'p-limit';
import { PNG_CONTENT_TYPE, stepKey } from '../../domain/object-keys.js';
import type { RenditionReference } from '../../domain/rendition.js';
import { StoreError } from '../../storage/object-store.js';
import { DamagedFileError, type FileDigest } from '../../storage/spool/records.js';
import type { SpooledRendition } from '../../storage/spool/spooled-rendition.js';
import { storeFailed } from '../failures.js';
import { HeartbeatTimer } from '../heartbeat-timer.js';
import { describeVariant } from '../rendition-id.js';
import type { UploadPorts } from './ports.js';
import { findFinished } from './spooled.js';

/** Enough to hide a distant store's latency; more gains little and takes sockets from the final images. */
const SIDE_BY_SIDE = 8;

interface Preview {
  readonly step: number;
  readonly file: FileDigest;
}

interface Failed {
  readonly step: number;
  readonly error: Error;
}

export async function uploadPreviews(
  { spool, store }: UploadPorts,
  reference: RenditionReference,
): Promise<void> {
  const stored = storedBefore(activityInfo().heartbeatDetails);
  const heartbeats = new HeartbeatTimer({ stored: [...stored] });
  try {
    const { finished } = await findFinished(spool, reference);
    if (finished === undefined) return;
    const { rendition } = finished;
    const side = pLimit(SIDE_BY_SIDE);
    const attempts = previewsOf(rendition).filter(({ step }) => !stored.has(step));
    const failed = await Promise.all(
      attempts.map((preview) =>
        side(async () => {
          const failure = await uploadOne(store, rendition, reference, preview);
          if (failure === undefined) heartbeats.note({ stored: [...stored.add(preview.step)] });
          return failure;
        }),
      ),
    );
    refuse(
      failed.filter((failure) => failure !== undefined),
      describeVariant(reference),
    );
  } catch (error) {
    // The next attempt goes on from here.
    heartbeats.beat({ stored: [...stored] });
    throw error;
  } finally {
    heartbeats.stop();
  }
}

function previewsOf({ steps }: SpooledRendition): Preview[] {
  return steps.flatMap(({ step, preview }) => (preview === undefined ? [] : [{ step, file: preview }]));
}

/** Stores one preview. Returns why it could not; throws only when the whole activity has to stop. */
async function uploadOne(
  store: UploadPorts['store'],
  rendition: SpooledRendition,
  reference: RenditionReference,
  { step, file }: Preview,
): Promise<Failed | undefined> {
  const signal = cancellationSignal();
  signal.throwIfAborted();
  try {
    const png = await rendition.read(file);
    await store.put(stepKey(reference, step), png, { contentType: PNG_CONTENT_TYPE, signal });
  } catch (error) {
    if (error instanceof StoreError) return { step, error };
    if (!(error instanceof DamagedFileError)) throw error;
    log.warn(`${describeVariant(reference)}: preview ${step} is left out. ${error.message}`);
  }
  return undefined;
}

function refuse(failed: readonly Failed[], subject: string): void {
  const [first] = failed;
  if (first === undefined) return;
  const steps = failed.map(({ step }) => step).join(', ');
  throw storeFailed(
    subject,
    `${failed.length} previews could not be stored (steps ${steps}): ${first.error.message}`,
    first.error,
  );
}

/** Steps that an earlier attempt stored, from its last heartbeat, which may be missing or anything. */
function storedBefore(details: unknown): Set<number> {
  const listed = typeof details === 'object' && details !== null && 'stored' in details ? details.stored : [];
  return new Set(Array.isArray(listed) ? listed.filter((step) => typeof step === 'number') : []);
}
