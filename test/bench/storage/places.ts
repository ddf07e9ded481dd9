/** The stores that are written to: a folder, an S3 server here, and the same server far away. */
import { join } from 'node:path';
import type { ObjectStore } from '../../../storage/object-store.js';
import { openStore } from '../../../storage/open-store.js';
import { startVersitygw } from '../../support/versitygw.js';
import { farLine } from '../frame/far-line.js';

export interface Place {
  readonly store: ObjectStore;
  close(): Promise<void>;
}

export async function folderPlace(folder: string): Promise<Place> {
  return { store: openStore(`file:${join(folder, 'store')}`), close: async () => {} };
}

/** @param roundTripMs 0: here */
export async function s3Place(roundTripMs: number): Promise<Place> {
  const server = await startVersitygw();
  await server.createBucket('bench');
  const line = roundTripMs > 0 ? await farLine(server.endpoint, roundTripMs) : undefined;
  const url = server.storeUrl('bench');
  const store = openStore(line?.through(url) ?? url, server.env);
  return {
    store,
    async close() {
      store.close();
      line?.close();
      await server.stop();
    },
  };
}
