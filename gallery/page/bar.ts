/**
 * The bar at the top: where one is, how the show stands, whether it is followed live.
 */
import type { VariantState } from '../show-index.js';
import { VARIANT_STATES } from '../show-index.js';
import { byId, el } from './base/dom.js';
import { formatRoute, isInShow, NO_FILTER, type Route, type ShowRoute } from './show/route.js';
import type { Connection, ShowData } from './show/show-data.js';
import { STATE_WORDS } from './show/states.js';
import type { Context } from './view.js';

export interface BarActions {
  readonly onHelp: () => void;
  readonly onMarks: () => void;
}

export function drawBar(route: Route, context: Context | undefined, actions: BarActions): void {
  const help = el('button', { type: 'button', onclick: actions.onHelp, 'aria-label': 'Keyboard help' }, '?');
  const title = el('h1', {}, el('a', { href: '#/' }, 'Gallery'));
  const parts: Node[] = [title];
  if (context !== undefined && isInShow(route)) {
    parts.push(place(route), counts(context.data.counts), ...connectionSign(context.data.connection));
    parts.push(marksButton(context.marks.size, actions.onMarks));
  }
  parts.push(help);
  replaceKeepingFocus(byId('bar'), parts);
  document.title = titleOf(route, context?.data);
}

function place(route: ShowRoute): HTMLElement {
  const { show, filter } = route;
  const sheet = formatRoute({ view: 'sheet', show, filter: route.view === 'sheet' ? NO_FILTER : filter });
  return el('a', { class: 'show-name', href: sheet }, `${show.project} / ${show.version}`);
}

function counts(states: ReadonlyMap<VariantState, number>): HTMLElement {
  const present = VARIANT_STATES.filter((state) => (states.get(state) ?? 0) > 0);
  return el(
    'ul',
    { class: 'counts', 'aria-label': 'Variants by state' },
    ...present.map((state) => el('li', { class: state }, `${states.get(state)} ${STATE_WORDS[state].word}`)),
  );
}

const CONNECTIONS: Record<Connection, string> = {
  live: '● live',
  'store-only': '○ stored images only, no Temporal server',
  lost: '○ not connected',
};

function connectionSign(connection: Connection | undefined): HTMLElement[] {
  if (connection === undefined) return [];
  return [el('span', { class: `connection ${connection}` }, CONNECTIONS[connection])];
}

const marksButton = (size: number, onMarks: () => void): HTMLElement =>
  el('button', { type: 'button', id: 'marks', onclick: onMarks }, `Marked: ${size}`);

function titleOf(route: Route, data: ShowData | undefined): string {
  if (!isInShow(route) || data === undefined) return 'Gallery';
  const show = `${route.show.project} / ${route.show.version}`;
  return route.view === 'sheet' ? `${show}: gallery` : `${data.nameOf(route.at)}: ${show}`;
}

/** Live updates must not throw anybody out of the bar. */
function replaceKeepingFocus(bar: HTMLElement, parts: readonly Node[]): void {
  const focusable = () => [...bar.querySelectorAll<HTMLElement>('a, button')];
  const focused = focusable().findIndex((element) => element.matches(':focus'));
  bar.replaceChildren(...parts);
  if (focused >= 0) focusable()[focused]?.focus();
}
