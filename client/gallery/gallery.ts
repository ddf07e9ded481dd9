/**
 * `pregen gallery`: looks at a store in the browser until Ctrl-C. Needs no Temporal server; with one at hand it also
 * shows what is in flight and can have variants made again.
 */
import { readConfiguration } from '../../domain/configuration.js';
import { given } from '../../domain/given.js';
import { type GalleryWorkflows, startGallery } from '../../gallery/gallery.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { workflowPagesOfStack } from '../dev/running-stack.js';
import type { TemporalSession } from '../temporal/connect.js';
import { CommandError } from '../terminal/describe-error.js';
import type { Output } from '../terminal/output.js';

export interface GalleryCommandOptions {
  readonly store?: string;
  /** `project/version`, to look at one show of a large store. */
  readonly show?: string;
  readonly port: number;
  readonly webUi?: string;
}

export async function gallery(options: GalleryCommandOptions, output: Output): Promise<undefined> {
  const store = openStore(options.store ?? readConfiguration(process.env).store, process.env);
  try {
    await serveWithTemporal(store, options, output);
  } finally {
    store.close();
  }
}

async function serveWithTemporal(
  store: ObjectStore,
  options: GalleryCommandOptions,
  output: Output,
): Promise<void> {
  const { withTemporal } = await import('../temporal/connect.js');
  let connected = false;
  try {
    await withTemporal(async (session) => {
      connected = true;
      await serve(store, await workflowsOf(session, options), options, output);
    });
  } catch (error) {
    if (connected || !(error instanceof CommandError)) throw error;
    output.note('No Temporal server answers: the gallery shows what is stored, not what is in flight.');
    await serve(store, undefined, options, output);
  }
}

async function workflowsOf(
  session: TemporalSession,
  { webUi }: GalleryCommandOptions,
): Promise<GalleryWorkflows> {
  const { cloudWebUi, temporalWorkflows, workflowPages } = await import(
    '../../gallery/temporal-workflows.js'
  );
  const { address, namespace, client } = session;
  const known = webUi ?? cloudWebUi(address);
  const pages = known === undefined ? await workflowPagesOfStack(session) : workflowPages(known, namespace);
  return temporalWorkflows(client, pages);
}

async function serve(
  store: ObjectStore,
  workflows: GalleryWorkflows | undefined,
  { port, show }: GalleryCommandOptions,
  output: Output,
): Promise<void> {
  const stopped = untilSignal();
  const prefix = show === undefined ? '' : `${show.replace(/\/+$/, '')}/`;
  const running = await startGallery({
    store,
    port,
    prefix,
    ...given({ workflows }),
    onProblem: (error) =>
      output.note(
        `The gallery goes on with what it knows: ${error instanceof Error ? error.message : error}`,
      ),
  });
  output.result(
    { url: running.url, store: store.description },
    `Gallery of ${store.description}: ${running.url}`,
  );
  if (await isEmpty(store, prefix))
    output.note(
      `There is nothing ${show === undefined ? 'in' : `of ${show} in`} ${store.description} yet; what is stored there from now on is shown.`,
    );
  output.note('It stays up until Ctrl-C.');
  await stopped;
  await running.close();
}

async function isEmpty(store: ObjectStore, prefix: string): Promise<boolean> {
  for await (const _ of store.list(prefix)) return false;
  return true;
}

const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
