/**
 * The activities on a spool's queue: from the spool to the store. Each can be repeated without harm, because keys
 * follow from the address and the bytes from the spool.
 */
import { cancellationSignal } from '@temporalio/activity';
import { withdraw } from '../../bookkeeping/records.js';
import type { VariantAddress } from '../../domain/object-keys.js';
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
    withdrawTiming: (address) =>
      beating(address, () => withdraw(store, address, { signal: cancellationSignal() })),
    uploadFinal: (reference) => beating(reference, () => uploadFinal(ports, reference)),
    uploadPreviews: (reference) => failing(reference, () => uploadPreviews(ports, reference)),
    composeTiming: (reference) => beating(reference, () => composeTiming(ports, reference)),
    releaseSpool: (reference) =>
      beating(reference, async () => (await spool.findRendition(reference.renditionId))?.remove()),
  };
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
