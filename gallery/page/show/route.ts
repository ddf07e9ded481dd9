/**
 * Deep links: everything that people might send to a colleague is in the address. It is in the part behind the `#`, so that
 * links work in a static export in a bucket, too.
 */
import { type Filter, readFilter, writeFilter } from './filter.js';

export interface ShowName {
  readonly project: string;
  readonly version: string;
}

export interface VariantRef {
  readonly cueId: string;
  readonly variantId: number;
  /** Seed of a take beside the chosen one; absent for the chosen one. */
  readonly take?: number;
}

/** Pictures side by side, or two over each other with a slider between them. */
export type Comparison = 'beside' | 'wipe';

/** More pictures would be too small to compare. */
export const MOST_COMPARED = 4;

export type Route =
  | { readonly view: 'shows' }
  | { readonly view: 'nowhere'; readonly address: string }
  | { readonly view: 'sheet'; readonly show: ShowName; readonly filter: Filter }
  | { readonly view: 'desk'; readonly show: ShowName; readonly filter: Filter }
  | { readonly view: 'cue'; readonly show: ShowName; readonly filter: Filter; readonly cueId: string }
  | {
      readonly view: 'variant';
      readonly show: ShowName;
      readonly filter: Filter;
      readonly at: VariantRef;
      /** Position of the replay in recorded milliseconds; undefined: at the final image. */
      readonly positionMs?: number;
    }
  | {
      readonly view: 'compare';
      readonly show: ShowName;
      readonly filter: Filter;
      /** Two to four. */
      readonly among: readonly VariantRef[];
      readonly as: Comparison;
    };

/** Segments of the desk's address, behind the show's name. */
const DESK = ['-', 'desk'] as const;

/** The routes of views of a show. */
export type ShowRoute = Extract<Route, { readonly show: ShowName }>;
export type RouteTo<View extends Route['view']> = Extract<Route, { readonly view: View }>;

export const isInShow = (route: Route): route is ShowRoute => 'show' in route;

/** Reads `location.hash`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  if (path === '') return { view: 'shows' };
  const [project, version, ...rest] = path.split('/').map(decoded);
  if (!project || !version) return { view: 'nowhere', address: hash };
  const parameters = new URLSearchParams(query);
  const within = { show: { project, version }, filter: readFilter(parameters) };
  return routeWithin(within, rest, parameters) ?? { view: 'nowhere', address: hash };
}

function routeWithin(
  within: { readonly show: ShowName; readonly filter: Filter },
  rest: readonly string[],
  parameters: URLSearchParams,
): Route | undefined {
  const [cueId] = rest;
  if (rest.length === 0) return { view: 'sheet', ...within };
  if (rest.length === 1) return cueId ? { view: 'cue', ...within, cueId } : { view: 'sheet', ...within };
  // Not a cue id: a cue id is followed by a number.
  if (rest.join('/') === DESK.join('/')) return { view: 'desk', ...within };
  const among = refsOf(rest);
  const [at, ...others] = among ?? [];
  if (among === undefined || at === undefined) return undefined;
  if (others.length === 0 && at.take !== undefined) return undefined;
  if (others.length > 0)
    return { view: 'compare', ...within, among, as: parameters.get('as') === 'wipe' ? 'wipe' : 'beside' };
  const positionMs = Number(parameters.get('t') ?? Number.NaN);
  return { view: 'variant', ...within, at, ...(Number.isFinite(positionMs) ? { positionMs } : {}) };
}

/** Reads `{cue}/{variant}`, or `{cue}/{variant}~{seed}` for a take, and further ones separated by `vs`. */
function refsOf(segments: readonly string[]): VariantRef[] | undefined {
  const refs: VariantRef[] = [];
  for (let at = 0; at < segments.length; at += 3) {
    const [cueId, variant = '', vs] = segments.slice(at, at + 3);
    const [, variantId, take] = /^([1-9]\d{0,8})(?:~(\d{1,10}))?$/.exec(variant) ?? [];
    if (!cueId || variantId === undefined || (vs !== undefined && vs !== 'vs')) return undefined;
    refs.push({
      ...{ cueId, variantId: Number(variantId) },
      ...(take === undefined ? {} : { take: Number(take) }),
    });
  }
  return refs.length > MOST_COMPARED || segments.at(-1) === 'vs' ? undefined : refs;
}

/** The address of a route, beginning with `#`. */
export function formatRoute(route: Route): string {
  if (route.view === 'shows') return '#/';
  if (route.view === 'nowhere') return route.address;
  const query = writeFilter(route.filter);
  if (route.view === 'variant' && route.positionMs !== undefined)
    query.set('t', String(Math.round(route.positionMs)));
  if (route.view === 'compare' && route.as === 'wipe') query.set('as', 'wipe');
  const path = pathOf(route).map(encodeURIComponent).join('/');
  return `#/${path}${query.size === 0 ? '' : `?${query}`}`;
}

function pathOf(route: ShowRoute): (string | number)[] {
  const { project, version } = route.show;
  return [project, version, ...pathWithin(route)];
}

function pathWithin(route: ShowRoute): (string | number)[] {
  switch (route.view) {
    case 'sheet':
      return [];
    case 'desk':
      return [...DESK];
    case 'cue':
      return [route.cueId];
    case 'variant':
      return [route.at.cueId, route.at.variantId];
    case 'compare':
      return route.among.flatMap(({ cueId, variantId, take }, index) => [
        ...(index === 0 ? [] : ['vs']),
        cueId,
        take === undefined ? variantId : `${variantId}~${take}`,
      ]);
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
