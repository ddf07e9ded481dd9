/** The stores that a benchmark writes to: a folder, and an S3 server on this machine with or without added latency. */
import { join } from 'node:path';
import type { ObjectStore } from '../../../storage/object-store.js';
import { openStore } from '../../../storage/open-store.js';
import { startVersitygw } from '../../support/versitygw.js';
import { latencyProxy } from '../frame/latency-proxy.js';

export interface TargetStore {
  readonly store: ObjectStore;
  close(): Promise<void>;
}

export async function folderTarget(folder: string): Promise<TargetStore> {
  return { store: openStore(`file:${join(folder, 'store')}`), close: async () => {} };
}

/** @param roundTripMs added latency; 0: none */
export async function s3Target(roundTripMs: number): Promise<TargetStore> {
  const server = await startVersitygw();
  await server.createBucket('bench');
  const line = roundTripMs > 0 ? await latencyProxy(server.endpoint, roundTripMs) : undefined;
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
