/**
 * The gallery's HTTP server: serves the page, the index of each show, images and thumbnails of one store. It listens on
 * this machine only, answers only requests that name this machine as their host (so no web page elsewhere can reach it by DNS
 * rebinding), writes nothing to the store but decisions and takes, and can be killed without losing anything.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { given } from '../domain/given.js';
import type { ShowAddress } from '../domain/object-keys.js';
import { type ObjectStore, StoreError } from '../storage/object-store.js';
import { answerDecision } from './actions/answer-decision.js';
import { answerTakes, type TakeVerb } from './actions/answer-takes.js';
import type { DecisionWriter } from './actions/decision-writer.js';
import type { TakeActions } from './actions/take-actions.js';
import { type DetailsReader, seedsOf } from './cue-details.js';
import { type ReadRun, readDesk } from './desk-reader.js';
import { refuseForeignHosts } from './guards.js';
import { type Answer, HttpError, jsonAnswer, openEventStream, send } from './http.js';
import type { LiveWatcher } from './live-watcher.js';
import type { PageFile } from './page-files.js';
import { type Route, routeOf } from './routes.js';
import type { CueDetails, CueEntry, GallerySettings } from './show-index.js';
import type { ShowIndexWatcher } from './show-index-watcher.js';
import { type Steer, steerByRequest } from './steering.js';
import { DamagedImageError, THUMBNAIL_CONTENT_TYPE, THUMBNAIL_SIZES, type Thumbnails } from './thumbnails.js';

export interface GalleryParts {
  readonly store: ObjectStore;
  readonly shows: ShowIndexWatcher;
  readonly thumbnails: Thumbnails;
  readonly details: DetailsReader;
  readonly decisions: DecisionWriter;
  readonly takes: TakeActions;
  readonly pageFiles: readonly PageFile[];
  /** Prefix of a workflow's page in the Temporal Web UI, ending in `/workflows/`. */
  readonly workflows?: string;
  /** Reads a show's runs, and steers them; absent without a Temporal server. */
  readonly run?: ReadRun;
  readonly steer?: Steer;
  /** Follows what is in flight; absent without a Temporal server. */
  readonly live?: LiveWatcher;
}

/** Less than the minute after which proxies and laptops drop silent connections. */
const KEEP_ALIVE_MS = 25_000;

/** Creates the server; the caller makes it listen. */
export function createGalleryServer(parts: GalleryParts): Server {
  const pages = new Map(parts.pageFiles.map((file) => [file.address, file]));
  return createServer((request, response) => {
    answer(request, response, parts, pages).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(request, response, errorAnswer(error));
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: GalleryParts,
  pages: ReadonlyMap<string, PageFile>,
): Promise<void> {
  refuseForeignHosts(request);
  const url = addressOf(request);
  const route = routeOf(url.pathname);
  if (isAction(route)) return send(request, response, await answerAction(request, route, parts));
  if (route.to === 'steer') return send(request, response, await steer(request, route, parts));
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HttpError(405, 'the gallery only answers GET');
  if (route.to === 'events') return follow(request, response, route, url.searchParams.get('seen'), parts);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const options = { stamp: url.searchParams.get('v'), signal: gone.signal };
  send(request, response, await read(route, options, parts, pages));
}

/** Requests that change something; all others only read. */
type ActionRoute = Extract<Route, { to: 'decide' | TakeVerb }>;

const isAction = (route: Route): route is ActionRoute =>
  ['decide', 'takes', 'choose', 'discard'].includes(route.to);

const answerAction = (request: IncomingMessage, route: ActionRoute, parts: GalleryParts): Promise<Answer> =>
  route.to === 'decide'
    ? answerDecision(request, route, parts)
    : answerTakes(request, route.to, route, parts.takes);

function addressOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(`http://localhost${url}`);
  } catch {
    throw new HttpError(400, 'the address is not one');
  }
}

interface ReadOptions {
  /** Stamp of the content that the address names; null if it names none. */
  readonly stamp: string | null;
  /** Aborts when the client has closed the connection. */
  readonly signal: AbortSignal;
}

async function read(
  route: Exclude<Route, ActionRoute | { to: 'events' | 'steer' }>,
  options: ReadOptions,
  parts: GalleryParts,
  pages: ReadonlyMap<string, PageFile>,
): Promise<Answer> {
  switch (route.to) {
    case 'page':
      return pages.get(route.address) ?? missing();
    case 'settings':
      return jsonAnswer(settingsOf(parts));
    case 'shows':
      await parts.shows.upToDate();
      return jsonAnswer(parts.shows.summaries());
    case 'index':
      await parts.shows.upToDate(route);
      return jsonAnswer(parts.shows.index(route.project, route.version) ?? noShow(route));
    case 'desk':
      await parts.shows.upToDate(route);
      return jsonAnswer(
        await readDesk(
          parts.store,
          parts.shows.index(route.project, route.version) ?? noShow(route),
          parts.run,
        ),
      );
    case 'cue':
      await parts.shows.upToDate(route);
      return jsonAnswer(await readDetails(route, options, parts));
    case 'seeds':
      await parts.shows.upToDate(route);
      return jsonAnswer(seedsOf(parts.shows.recordsOf(route)));
    case 'take list':
      return jsonAnswer(await parts.takes.list(route.address));
    case 'object':
      return {
        body: await parts.store.get(route.key),
        contentType: route.contentType,
        immutable: options.stamp !== null,
      };
    case 'thumbnail':
      return {
        body: await thumbnailOf(route, options, parts),
        contentType: THUMBNAIL_CONTENT_TYPE,
        immutable: options.stamp !== null,
      };
    case 'live':
      return { body: livePictureOf(route, parts), contentType: 'image/webp' };
  }
}

/** Always the newest preview, with whatever stamp it is requested: older ones are not kept. */
function livePictureOf({ address }: Extract<Route, { to: 'live' }>, { live }: GalleryParts): Buffer {
  const picture = live?.picture(address);
  return picture === undefined ? missing() : Buffer.from(picture.webp, 'base64');
}

/** Cached on disk only under the stamp in the index, so that a client that invents stamps cannot fill the disk. */
function thumbnailOf(
  { key, address, pixels }: Extract<Route, { to: 'thumbnail' }>,
  { stamp, signal }: ReadOptions,
  { shows, thumbnails }: GalleryParts,
): Promise<Buffer> {
  const isKnown = stamp !== null && stamp !== '' && stamp === shows.stampOf(address);
  return isKnown ? thumbnails.get(key, stamp, { pixels, signal }) : thumbnails.fresh(key, pixels);
}

function settingsOf({ store, workflows, takes, steer }: GalleryParts): GallerySettings {
  return {
    store: store.description,
    objects: 'objects/',
    thumbs: 'thumbs/',
    thumbPixels: THUMBNAIL_SIZES,
    shows: 'api/shows',
    live: true,
    decide: true,
    takes: takes.isConnected,
    steer: steer !== undefined,
    ...given({ workflows }),
  };
}

function follow(
  request: IncomingMessage,
  response: ServerResponse,
  { project, version }: ShowAddress,
  /** Revision of the index that the page has read: the stream does not repeat earlier changes. */
  seen: string | null,
  { shows, live }: GalleryParts,
): void {
  const revision = shows.revisionOf({ project, version }) ?? '';
  const isOutdated = seen !== null && seen !== revision;
  openEventStream(request, response, isOutdated ? 'event: outdated\ndata: {}\n\n' : ': open\n\n');
  if (request.method === 'HEAD') return;
  const stop = shows.follow(project, version, (change) => {
    response.write(`data: ${JSON.stringify(change)}\n\n`);
  });
  const stopLive = live?.follow({ project, version }, (image) => {
    response.write(`event: live\ndata: ${JSON.stringify(image)}\n\n`);
  });
  const keepAlive = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE_MS);
  request.once('close', () => {
    stop();
    stopLive?.();
    clearInterval(keepAlive);
  });
}

async function steer(
  request: IncomingMessage,
  { project, version }: ShowAddress,
  parts: GalleryParts,
): Promise<Answer> {
  return jsonAnswer({ message: await steerByRequest(request, { project, version }, parts.steer) });
}

function readDetails(
  route: Extract<Route, { to: 'cue' }>,
  { signal }: ReadOptions,
  parts: GalleryParts,
): Promise<CueDetails> {
  const { project, version, cueId } = route;
  const show = { project, version };
  const records = parts.shows.recordsOf(show).get(cueId) ?? new Map();
  return parts.details.read(show, cueOf(route, parts), records, signal);
}

function cueOf(
  { project, version, cueId }: Extract<Route, { to: 'cue' }>,
  { shows }: GalleryParts,
): CueEntry {
  const cue = shows.index(project, version)?.cues.find((known) => known.cueId === cueId);
  if (cue === undefined) throw new HttpError(404, `there is no cue "${cueId}" in ${project}/${version}`);
  return cue;
}

function noShow({ project, version }: ShowAddress): never {
  throw new HttpError(404, `there is no show ${project}/${version} in this store`);
}

function missing(): never {
  throw new HttpError(404, 'there is nothing at this address');
}

function errorAnswer(error: unknown): Answer {
  const [status, message] = describeError(error);
  return { status, contentType: 'text/plain; charset=utf-8', body: `${message}\n` };
}

function describeError(error: unknown): [number, string] {
  if (error instanceof HttpError) return [error.status, error.message];
  if (error instanceof DamagedImageError) return [422, error.message];
  if (error instanceof StoreError) return [error.kind === 'not-found' ? 404 : 502, error.message];
  return [500, error instanceof Error ? error.message : String(error)];
}
