/**
 * `pregen gallery`: opens a store, builds its index and serves the page on this machine until it is stopped.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { given } from '../domain/given.js';
import { cacheFolder } from '../files/cache-folder.js';
import type { ObjectStore } from '../storage/object-store.js';
import { DecisionWriter } from './actions/decision-writer.js';
import { TakeActions, type TakeWorkflows } from './actions/take-actions.js';
import { DetailsReader } from './cue-details.js';
import type { ReadRun } from './desk-reader.js';
import type { LiveView } from './live-images.js';
import { LiveWatcher } from './live-watcher.js';
import { readPageFiles } from './page-files.js';
import { createGalleryServer } from './server.js';
import { type InFlightView, ShowIndexWatcher } from './show-index-watcher.js';
import type { Steer } from './steering.js';
import { Thumbnails } from './thumbnails.js';

/** What a connected Temporal server adds to the gallery. */
export interface GalleryWorkflows extends InFlightView {
  /** Prefix of a workflow's page in the Web UI, ending in `/workflows/`. */
  readonly webUi?: string;
  readonly takes?: TakeWorkflows;
  readonly run?: ReadRun;
  /** Steers the shows of a store. */
  readonly steerIn?: (store: ObjectStore) => Steer;
  readonly live?: LiveView;
}

export interface GalleryOptions {
  readonly store: ObjectStore;
  /** Shows only keys that begin with it, such as `show/v1/`. */
  readonly prefix?: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly workflows?: GalleryWorkflows;
  /** Where thumbnails are kept; by default in the user's cache. */
  readonly thumbnailFolder?: string;
  readonly scanEveryMs?: number;
  /** Called with the error of a scan that failed; the gallery goes on with what it knows. */
  readonly onProblem?: (error: unknown) => void;
}

export interface Gallery {
  readonly url: string;
  /** Ends open pages' connections and the scanning; the store stays open. */
  close(): Promise<void>;
}

/** Starts the gallery. Throws the store's error if it cannot be listed, and if the port is taken. */
export async function startGallery(options: GalleryOptions): Promise<Gallery> {
  const { store, workflows } = options;
  const pageFiles = await readPageFiles();
  const shows = new ShowIndexWatcher(store, options);
  const live = workflows?.live && new LiveWatcher(workflows.live, options.onProblem);
  await probe(store, options.prefix ?? '');
  const folder = options.thumbnailFolder ?? join(cacheFolder(), 'thumbnails');
  const server = createGalleryServer({
    store,
    shows,
    pageFiles,
    thumbnails: new Thumbnails(store, folder),
    details: new DetailsReader(store),
    decisions: new DecisionWriter(store, shows),
    takes: new TakeActions(store, shows, workflows?.takes),
    ...(workflows?.webUi === undefined ? {} : { workflows: workflows.webUi }),
    ...given({ live, run: workflows?.run, steer: workflows?.steerIn?.(store) }),
  });
  const port = await listen(server, options.port);
  // The store is read ahead of the first visit, which waits for this and is shown the error, if there is one.
  shows.upToDate().catch(() => {});
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      shows.close();
      live?.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A store that cannot be listed is an error before a page opens; to list all of it may take a while. */
async function probe(store: ObjectStore, prefix: string): Promise<void> {
  for await (const _ of store.list(prefix)) return;
}

async function listen(server: ReturnType<typeof createGalleryServer>, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
