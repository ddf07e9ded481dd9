/**
 * The bar at the top: where one is, how the show stands, whether it is followed live.
 */
import type { VariantState } from '../show-index.js';
import { VARIANT_STATES } from '../show-index.js';
import { byId, el } from './base/dom.js';
import { countStates } from './show/columns.js';
import { formatRoute, NO_FILTER, type Route } from './show/route.js';
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
  if (context !== undefined && route.view !== 'shows') {
    parts.push(place(route), counts(countStates(context.data.cues)));
    if (context.api.settings.live) parts.push(liveSign(context.data.live));
    parts.push(marksButton(context.marks.size, actions.onMarks));
  }
  parts.push(help);
  replaceKeepingFocus(byId('bar'), parts);
  document.title = route.view === 'shows' ? 'Gallery' : titleOf(route);
}

function place(route: Exclude<Route, { view: 'shows' }>): HTMLElement {
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

const liveSign = (live: boolean): HTMLElement =>
  el('span', { class: live ? 'live on' : 'live' }, live ? '● live' : '○ not connected');

const marksButton = (size: number, onMarks: () => void): HTMLElement =>
  el('button', { type: 'button', id: 'marks', onclick: onMarks }, `Marked: ${size}`);

function titleOf(route: Exclude<Route, { view: 'shows' }>): string {
  const show = `${route.show.project} / ${route.show.version}`;
  return route.view === 'sheet' ? `${show}: gallery` : `${route.at.cueId} ${route.at.variantId}: ${show}`;
}

/** Live updates must not throw anybody out of the bar. */
function replaceKeepingFocus(bar: HTMLElement, parts: readonly Node[]): void {
  const focusable = () => [...bar.querySelectorAll<HTMLElement>('a, button')];
  const focused = focusable().findIndex((element) => element.matches(':focus'));
  bar.replaceChildren(...parts);
  if (focused >= 0) focusable()[focused]?.focus();
}
