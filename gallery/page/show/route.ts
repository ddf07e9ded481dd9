/**
 * Deep links: everything one might want to send to a colleague is in the address. It lies behind the `#`, so that a
 * bucket without a server serves it as well.
 */
import { VARIANT_STATES, type VariantState } from '../../show-index.js';

export interface ShowName {
  readonly project: string;
  readonly version: string;
}

export interface VariantRef {
  readonly cueId: string;
  readonly variantId: number;
}

export interface Filter {
  /** Words to be found in cue id or prompt. */
  readonly text: string;
  readonly program: string;
  readonly cueId: string;
  readonly state: VariantState | '';
}

export type Route =
  | { readonly view: 'shows' }
  | { readonly view: 'nowhere'; readonly address: string }
  | { readonly view: 'sheet'; readonly show: ShowName; readonly filter: Filter }
  | {
      readonly view: 'variant';
      readonly show: ShowName;
      readonly filter: Filter;
      readonly at: VariantRef;
      /** Where the replay stands, recorded milliseconds; undefined: at the final image. */
      readonly positionMs?: number;
    }
  | {
      readonly view: 'compare';
      readonly show: ShowName;
      readonly filter: Filter;
      readonly at: VariantRef;
      readonly other: VariantRef;
    };

export const NO_FILTER: Filter = { text: '', program: '', cueId: '', state: '' };

export const sameFilter = (a: Filter, b: Filter): boolean => String(queryOf(a)) === String(queryOf(b));

/** The routes into a show. */
export type ShowRoute = Extract<Route, { readonly show: ShowName }>;

export const isInShow = (route: Route): route is ShowRoute => 'show' in route;

/** Reads `location.hash`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [project, version, cueId, variant, vs, otherCueId, otherVariant] = path.split('/').map(decoded);
  if (path === '') return { view: 'shows' };
  if (!project || !version) return { view: 'nowhere', address: hash };
  const parameters = new URLSearchParams(query);
  const common = { show: { project, version }, filter: filterOf(parameters) };
  const at = refOf(cueId, variant);
  if (cueId === undefined) return { view: 'sheet', ...common };
  if (at === undefined) return { view: 'nowhere', address: hash };
  const other = vs === 'vs' ? refOf(otherCueId, otherVariant) : undefined;
  if (other !== undefined) return { view: 'compare', ...common, at, other };
  if (vs !== undefined) return { view: 'nowhere', address: hash };
  const positionMs = Number(parameters.get('t') ?? Number.NaN);
  return { view: 'variant', ...common, at, ...(Number.isFinite(positionMs) ? { positionMs } : {}) };
}

/** The address of a route, beginning with `#`. */
export function formatRoute(route: Route): string {
  if (route.view === 'shows') return '#/';
  if (route.view === 'nowhere') return route.address;
  const query = queryOf(route.filter);
  if (route.view === 'variant' && route.positionMs !== undefined)
    query.set('t', String(Math.round(route.positionMs)));
  const path = pathOf(route).map(encodeURIComponent).join('/');
  return `#/${path}${query.size === 0 ? '' : `?${query}`}`;
}

function pathOf(route: ShowRoute): (string | number)[] {
  const { project, version } = route.show;
  if (route.view === 'sheet') return [project, version];
  const { cueId, variantId } = route.at;
  if (route.view === 'variant') return [project, version, cueId, variantId];
  return [project, version, cueId, variantId, 'vs', route.other.cueId, route.other.variantId];
}

function filterOf(parameters: URLSearchParams): Filter {
  const state = VARIANT_STATES.find((known) => known === parameters.get('state')) ?? '';
  return {
    text: parameters.get('q') ?? '',
    program: parameters.get('program') ?? '',
    cueId: parameters.get('cue') ?? '',
    state,
  };
}

function queryOf({ text, program, cueId, state }: Filter): URLSearchParams {
  const given = Object.entries({ q: text, program, cue: cueId, state }).filter(([, value]) => value !== '');
  return new URLSearchParams(given);
}

function refOf(cueId: string | undefined, variant: string | undefined): VariantRef | undefined {
  if (!cueId || variant === undefined || !/^[1-9]\d{0,8}$/.test(variant)) return undefined;
  return { cueId, variantId: Number(variant) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
