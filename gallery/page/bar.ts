/**
 * The bar at the top: the open show, its variants by state, and whether changes are followed live.
 */
import type { VariantState } from '../show-index.js';
import { VARIANT_STATES } from '../show-index.js';
import { byId, el } from './base/dom.js';
import { NO_FILTER } from './show/filter.js';
import { formatRoute, isInShow, type Route, type ShowRoute } from './show/route.js';
import type { Connection, ShowData } from './show/show-data.js';
import { STATE_WORDS } from './show/states.js';
import type { Context } from './view.js';

export interface BarActions {
  readonly onHelp: () => void;
  readonly onSelection: () => void;
}

export function drawBar(route: Route, context: Context | undefined, actions: BarActions): void {
  const help = el('button', { type: 'button', onclick: actions.onHelp, 'aria-label': 'Keyboard help' }, '?');
  const title = el('h1', {}, el('a', { href: '#/' }, 'Gallery'));
  const parts: Node[] = [title];
  if (context !== undefined && isInShow(route)) {
    parts.push(place(route), counts(context.data.counts), ...connectionSign(context.data.connection));
    if (context.api.settings.live) parts.push(deskLink(route));
    parts.push(selectionButton(context.selection.size, actions.onSelection));
  }
  parts.push(help);
  replaceKeepingFocus(byId('bar'), parts);
  document.title = titleOf(route, context?.data);
}

function place(route: ShowRoute): HTMLElement {
  const { show, filter } = route;
  const sheet = formatRoute({
    view: 'sheet',
    show,
    filter: route.view === 'sheet' ? NO_FILTER : filter,
  });
  return el('a', { class: 'show-name', href: sheet }, `${show.project} / ${show.version}`);
}

/** Link to the view in which an operator steers the show. */
function deskLink({ view, show }: ShowRoute): HTMLElement {
  const href = formatRoute({ view: 'desk', show, filter: NO_FILTER });
  return el('a', { href, 'aria-current': view === 'desk' ? 'page' : undefined }, 'Desk');
}

function counts(states: ReadonlyMap<VariantState, number>): HTMLElement {
  const present = VARIANT_STATES.filter((state) => (states.get(state) ?? 0) > 0);
  return el(
    'ul',
    { class: 'counts', 'aria-label': 'Variants by state' },
    ...present.map((state) => el('li', { class: state }, `${states.get(state)} ${STATE_WORDS[state].word}`)),
  );
}

const CONNECTIONS: Record<Connection, { readonly sign: string; readonly meaning: string }> = {
  live: { sign: '● live', meaning: 'Changes are shown as they happen.' },
  'store-only': {
    sign: '○ store only',
    meaning: 'No Temporal server says what is in flight; what is stored is shown.',
  },
  lost: { sign: '○ not connected', meaning: 'The gallery does not answer.' },
};

function connectionSign(connection: Connection | undefined): HTMLElement[] {
  if (connection === undefined) return [];
  const { sign, meaning } = CONNECTIONS[connection];
  return [el('span', { class: `connection ${connection}`, title: meaning }, sign)];
}

const selectionButton = (size: number, onSelection: () => void): HTMLElement =>
  el('button', { type: 'button', id: 'selection', onclick: onSelection }, `Selected: ${size}`);

function titleOf(route: Route, data: ShowData | undefined): string {
  if (!isInShow(route) || data === undefined) return 'Gallery';
  const show = `${route.show.project} / ${route.show.version}`;
  return route.view === 'sheet' ? `${show}: gallery` : `${subjectOf(route, data)}: ${show}`;
}

function subjectOf(route: Exclude<ShowRoute, { view: 'sheet' }>, data: ShowData): string {
  switch (route.view) {
    case 'desk':
      return 'Desk';
    case 'cue':
      return data.cueNameOf(route.cueId);
    case 'variant':
      return data.nameOf(route.at);
    case 'compare':
      return `${route.among.length} compared`;
  }
}

/** A live update must not take the keyboard focus out of the bar. */
function replaceKeepingFocus(bar: HTMLElement, parts: readonly Node[]): void {
  const focusable = () => [...bar.querySelectorAll<HTMLElement>('a, button')];
  const focused = focusable().findIndex((element) => element.matches(':focus'));
  bar.replaceChildren(...parts);
  if (focused >= 0) focusable()[focused]?.focus();
}
