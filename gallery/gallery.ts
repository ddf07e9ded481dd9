/**
 * `pregen gallery`: opens a store, builds its index and serves the page on this machine until it is stopped.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { given } from '../domain/given.js';
import type { ObjectStore } from '../storage/object-store.js';
import { cacheFolder } from './cache-folder.js';
import { DetailsReader } from './cue-details.js';
import { Decider } from './desk/decider.js';
import { TakesDesk, type TakeWorkflows } from './desk/takes-desk.js';
import type { ReadRun } from './desk-reader.js';
import type { LiveView } from './live-images.js';
import { LiveWatcher } from './live-watcher.js';
import { readPageFiles } from './page-files.js';
import { createGalleryServer } from './server.js';
import { type InFlightView, ShowIndexWatcher } from './show-index-watcher.js';
import type { Steer } from './steering.js';
import { Thumbnails } from './thumbnails.js';

/** What the gallery can do with a Temporal server at hand. */
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
  /** Told of scans that failed while the gallery goes on with what it knows. */
  readonly onProblem?: (error: unknown) => void;
}

export interface Gallery {
  readonly url: string;
  /** Ends open pages' connections and the scanning; the store stays open. */
  close(): Promise<void>;
}

/** Starts the gallery. Throws what the store throws when it cannot be listed, and when the port is taken. */
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
    decider: new Decider(store, shows),
    takes: new TakesDesk(store, shows, workflows?.takes),
    ...(workflows?.webUi === undefined ? {} : { workflows: workflows.webUi }),
    ...given({ live, run: workflows?.run, steer: workflows?.steerIn?.(store) }),
  });
  const port = await listen(server, options.port);
  // Read ahead of the first visit, which waits for it and is told what went wrong.
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

/** A store that cannot be listed is told before a page opens; reading all of it may take a while. */
async function probe(store: ObjectStore, prefix: string): Promise<void> {
  for await (const _ of store.list(prefix)) return;
}

async function listen(server: ReturnType<typeof createGalleryServer>, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
