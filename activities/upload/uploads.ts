/**
 * The activities on a spool's queue: from the spool to the store. Each can be repeated without harm, because keys
 * follow from the address and the bytes from the spool.
 */
import { cancellationSignal } from '@temporalio/activity';
import { withdrawRecords } from '../../bookkeeping/records.js';
import type { VariantAddress } from '../../domain/object-keys.js';
import { timingKey } from '../../domain/object-keys.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { asFailure } from '../failures.js';
import { withHeartbeats } from '../heartbeat-timer.js';
import type { UploadActivities } from '../interfaces.js';
import { describeVariant } from '../rendition-id.js';
import type { UploadPorts } from './ports.js';
import { composeTiming } from './timing.js';
import { uploadFinal } from './upload-final.js';
import { uploadPreviews } from './upload-previews.js';

export function createUploadActivities(ports: UploadPorts): UploadActivities {
  const { spool, store } = ports;
  return {
    withdrawTiming: (address) => beating(address, () => withdraw(store, address)),
    uploadFinal: (reference) => beating(reference, () => uploadFinal(ports, reference)),
    uploadPreviews: (reference) => failing(reference, () => uploadPreviews(ports, reference)),
    composeTiming: (reference) => beating(reference, () => composeTiming(ports, reference)),
    releaseSpool: (reference) =>
      beating(reference, async () => (await spool.findRendition(reference.renditionId))?.remove()),
  };
}

/** What vouches for an image goes before the image changes. */
async function withdraw(store: ObjectStore, address: VariantAddress): Promise<void> {
  const options = { signal: cancellationSignal() };
  await withdrawRecords(store, address, options);
  await store.delete(timingKey(address), options);
}

const beating = <T>(address: VariantAddress, work: () => Promise<T>): Promise<T> =>
  failing(address, () => withHeartbeats(undefined, work));

async function failing<T>(address: VariantAddress, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFailure(error, describeVariant(address));
  }
}
