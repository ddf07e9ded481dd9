/**
 * `pregen perform FILE|URL`: serves the page that performs a show, full screen, until Ctrl-C.
 */

import { given } from '../../domain/given.js';
import { openStore } from '../../storage/open-store.js';
import { loadShow } from '../load/load-show.js';
import type { Output } from '../terminal/output.js';
import { readPerformancePage } from './page-files.js';
import { type PerformanceServer, servePerformance } from './server.js';
import { checkShow, filesAtUrl, filesInStore, type ShowFiles, sheetOf } from './show-files.js';

export interface PerformOptions {
  /** A show file, or the address of a show on a web server. */
  readonly show: string;
  readonly port: number;
  /** Seconds between two performances; performed once without. */
  readonly pause?: number;
  readonly seed?: number;
  /** MiB of pictures that the page may hold. */
  readonly memory: number;
  /** Version by program. */
  readonly from?: Readonly<Record<string, string>>;
}

/** Performs until `stopped` resolves. */
export async function perform(
  options: PerformOptions,
  output: Output,
  stopped: Promise<void> = untilSignal(),
): Promise<undefined> {
  const { shows, close } = await openShows(options);
  try {
    const server = await servePerformance(
      { page: await readPerformancePage(), settings: settingsOf(options), shows },
      options.port,
    );
    say(server, output);
    await stopped;
    server.close();
  } finally {
    close();
  }
}

function say({ url }: PerformanceServer, output: Output): void {
  output.result(
    { url },
    `The performance is at ${url}. Open it full screen; "r" shows the rehearsal's overlay.`,
  );
  output.note('It stays up until Ctrl-C.');
}

/** `performance.json` for a page beside folders of these names. */
export function settingsOf({
  pause,
  seed,
  memory,
  from = {},
}: Omit<PerformOptions, 'show' | 'port'>): object {
  return {
    show: 'show/',
    from: Object.fromEntries(Object.keys(from).map((program) => [program, `${program}/`])),
    budgetBytes: memory * 2 ** 20,
    ...given({ pauseMs: pause === undefined ? undefined : pause * 1000, seed }),
  };
}

export interface OpenShows {
  readonly shows: ReadonlyMap<string, ShowFiles>;
  close(): void;
}

/** Opens a show and the other versions. Throws an error that says what is missing. */
export async function openShows({
  show,
  from = {},
}: Pick<PerformOptions, 'show' | 'from'>): Promise<OpenShows> {
  const opened = /^https?:\/\//.test(show) ? showsAtUrl(show, from) : await showsOfFile(show, from);
  try {
    for (const [name, files] of opened.shows) if (name === 'show') await checkShow(files, show);
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

function showsAtUrl(url: string, from: Readonly<Record<string, string>>): OpenShows {
  const versionAt = (version: string) =>
    filesAtUrl(new URL(`../${encodeURIComponent(version)}/`, url.replace(/\/?$/, '/')).href);
  const others = Object.entries(from).map(([program, version]) => [program, versionAt(version)] as const);
  return { shows: new Map([['show', filesAtUrl(url)], ...others]), close: () => {} };
}

async function showsOfFile(file: string, from: Readonly<Record<string, string>>): Promise<OpenShows> {
  const loaded = await loadShow(file);
  const { project, version } = loaded.show;
  const store = openStore(loaded.configuration.store, process.env);
  const sheet = await sheetOf(loaded);
  const others = Object.entries(from).map(
    ([program, other]) => [program, filesInStore(store, { project, version: other })] as const,
  );
  return {
    shows: new Map([['show', filesInStore(store, { project, version }, sheet)], ...others]),
    close: () => store.close(),
  };
}

const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
