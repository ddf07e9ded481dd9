/**
 * The addresses of the gallery. Each segment is decoded and checked by the domain's rules for keys; an object's key is
 * built from the segments, never copied from the address, so no address leads out of `{project}/{version}/cues/` and its takes.
 */
import { finalKey, stepKey, timingKey, type VariantAddress } from '../domain/object-keys.js';
import { InvalidInputError } from '../domain/problems.js';
import { HttpError } from './http.js';
import { THUMBNAIL_SIZES } from './thumbnails.js';

/** An address that belongs to one show. */
export interface ShowRoute<To> {
  readonly to: To;
  readonly project: string;
  readonly version: string;
}

export type Route =
  | { readonly to: 'page'; readonly address: string }
  | { readonly to: 'settings' | 'shows' }
  | ShowRoute<'index'>
  | ShowRoute<'events'>
  | ShowRoute<'takes'>
  | ShowRoute<'choose'>
  | ShowRoute<'discard'>
  | ShowRoute<'decide'>
  | ShowRoute<'steer'>
  | ShowRoute<'desk'>
  | ShowRoute<'seeds'>
  | (ShowRoute<'cue'> & { readonly cueId: string })
  | { readonly to: 'take list'; readonly address: VariantAddress }
  | { readonly to: 'object'; readonly key: string; readonly contentType: string }
  | {
      readonly to: 'thumbnail';
      readonly key: string;
      readonly address: VariantAddress;
      readonly pixels: number;
    }
  | { readonly to: 'live'; readonly address: VariantAddress };

/** Reads the path of a request. Throws HttpError 400 for unsafe addresses, 404 for unknown ones. */
export function routeOf(path: string): Route {
  const segments = path.split('/').slice(1).map(decoded);
  const [area, ...rest] = segments;
  switch (area) {
    case 'gallery.json':
      return { to: 'settings' };
    case 'api':
      return apiRoute(rest);
    case 'objects':
      return objectRoute(rest);
    case 'thumbs':
      return thumbnailRoute(rest);
    case 'live':
      return livePictureRoute(rest);
    default:
      return { to: 'page', address: segments.join('/') || 'index.html' };
  }
}

function apiRoute(segments: readonly string[]): Route {
  const [shows, project, version, verb, cue, file, ...more] = segments;
  if (segments.length === 1 && shows === 'shows.json') return { to: 'shows' };
  if (shows !== 'shows' || project === undefined || version === undefined || more.length > 0)
    throw notFound();
  if (verb === undefined && version.endsWith('.json'))
    return { to: 'index', project, version: version.slice(0, -'.json'.length) };
  if (verb === 'cues' && cue?.endsWith('.json') === true && file === undefined)
    return { to: 'cue', project, version, cueId: cue.slice(0, -'.json'.length) };
  if (verb === 'takes' && cue !== undefined && file?.endsWith('.json') === true)
    return takeListRoute({ project, version, cueId: cue, variantId: countOf(file.slice(0, -5)) });
  if (verb === 'desk.json' && cue === undefined) return { to: 'desk', project, version };
  if (verb === 'seeds.json' && cue === undefined) return { to: 'seeds', project, version };
  if (cue !== undefined || verb === undefined || !isVerb(verb)) throw notFound();
  return { to: verb, project, version };
}

const VERBS = ['events', 'decide', 'takes', 'choose', 'discard', 'steer'] as const;
const isVerb = (verb: string): verb is (typeof VERBS)[number] => VERBS.some((known) => known === verb);

function takeListRoute(address: VariantAddress): Route {
  safely(() => finalKey(address));
  return { to: 'take list', address };
}

function objectRoute(segments: readonly string[]): Route {
  if (segments[2] === 'pregen') return takeObjectRoute(segments);
  const [project = '', version = '', cues, cueId = '', variant = '', name = '', ...more] = segments;
  if (cues !== 'cues' || more.length > 0) throw notFound();
  return objectOf({ project, version, cueId, variantId: countOf(variant) }, name);
}

/** `{project}/{version}/pregen/takes/{cueId}/{variantId}/{seed}/…` */
function takeObjectRoute(segments: readonly string[]): Route {
  const [project = '', version = '', , takes, cueId = '', variant = '', seed = '', name = '', ...more] =
    segments;
  if (takes !== 'takes' || !/^\d{1,10}$/.test(seed) || more.length > 0) throw notFound();
  return objectOf({ project, version, cueId, variantId: countOf(variant), take: Number(seed) }, name);
}

function objectOf(address: VariantAddress, name: string): Route {
  if (name === 'timing.json')
    return { to: 'object', key: safely(() => timingKey(address)), contentType: 'application/json' };
  return { to: 'object', key: safely(() => imageKey(address, name)), contentType: 'image/png' };
}

function imageKey(address: VariantAddress, name: string): string {
  if (name === 'final.png') return finalKey(address);
  if (!name.endsWith('.png')) throw notFound();
  return stepKey(address, countOf(name.slice(0, -'.png'.length)));
}

function thumbnailRoute(segments: readonly string[]): Route {
  const [project = '', version = '', cueId = '', file = '', ...more] = segments;
  const [, variant = '', size] = /^(\d+)(?:-(\d+))?\.webp$/.exec(file) ?? [];
  const pixels =
    size === undefined ? THUMBNAIL_SIZES[0] : THUMBNAIL_SIZES.find((known) => String(known) === size);
  if (more.length > 0 || pixels === undefined) throw notFound();
  const address = { project, version, cueId, variantId: countOf(variant) };
  return { to: 'thumbnail', key: safely(() => finalKey(address)), address, pixels };
}

/** Address of the newest preview of an image in flight, relative to the page. */
export function livePictureAddress({ project, version, cueId, variantId, take }: VariantAddress): string {
  const file = take === undefined ? `${variantId}.webp` : `${variantId}-${take}.webp`;
  return ['live', ...[project, version, cueId, file].map(encodeURIComponent)].join('/');
}

function livePictureRoute([
  project = '',
  version = '',
  cueId = '',
  file = '',
  ...more
]: readonly string[]): Route {
  const [, variant = '', take] = /^(\d+)(?:-(\d{1,10}))?\.webp$/.exec(file) ?? [];
  if (more.length > 0) throw notFound();
  const address = { project, version, cueId, variantId: countOf(variant) };
  return { to: 'live', address: take === undefined ? address : { ...address, take: Number(take) } };
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw notFound();
  return Number(text);
}

function safely<Result>(build: () => Result): Result {
  try {
    return build();
  } catch (error) {
    if (error instanceof InvalidInputError) throw new HttpError(400, error.message);
    throw error;
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, 'the address is not properly encoded');
  }
}

const notFound = (): HttpError => new HttpError(404, 'there is nothing at this address');
