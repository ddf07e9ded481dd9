/**
 * The page's entry: reads the address, opens the show and the view that it names, and passes the view the keys that no
 * focused control needs.
 */
import { absenceOf, absentView } from './absent-view.js';
import { act } from './actions.js';
import { type BarActions, drawBar } from './bar.js';
import { byId, el } from './base/dom.js';
import { CompareView } from './compare-view.js';
import { CueView } from './cue-view.js';
import { DeskView } from './desk-view.js';
import { openHelp } from './help.js';
import { Deciding } from './review/deciding.js';
import { openSelectionDialog } from './selection-dialog.js';
import { SheetView } from './sheet-view.js';
import { NO_FILTER } from './show/filter.js';
import { GalleryApi, NotFoundError } from './show/gallery-api.js';
import {
  formatRoute,
  isInShow,
  parseRoute,
  type Route,
  type ShowName,
  type ShowRoute,
} from './show/route.js';
import { Selection } from './show/selection.js';
import { ShowData } from './show/show-data.js';
import { showsView } from './shows-view.js';
import { VariantView } from './variant-view.js';
import type { Context, Place, View } from './view.js';

const actions: BarActions = {
  onHelp: openHelp,
  onSelection: () => context !== undefined && openSelectionDialog(context),
};

/** A gallery that was opened before the first show was started looks again this often. */
const EMPTY_RETRY_MS = 2000;

let api: GalleryApi;
let context: Context | undefined;
let view: View | undefined;
let route: Route = { view: 'shows' };
/** Number of the last navigation, so that a slow answer never draws over a later one. */
let visit = 0;

async function start(): Promise<void> {
  api = await GalleryApi.open();
  addEventListener('hashchange', () => void visitAddress());
  addEventListener('keydown', handleKey);
  await visitAddress();
}

async function visitAddress(): Promise<void> {
  visit += 1;
  const current = visit;
  try {
    route = parseRoute(location.hash);
    if (isInShow(route)) await openShow(route.show, current);
    else if (route.view === 'shows') await showShows(current);
    else showAbsence(`"${route.address}" is no address of the gallery.`, undefined);
  } catch (error) {
    if (current === visit) complain(error);
  }
}

async function showShows(current: number): Promise<void> {
  const shows = await api.shows();
  if (current !== visit) return;
  const [only, ...others] = shows;
  if (only !== undefined && others.length === 0 && location.hash === '')
    return go({ view: 'sheet', show: only, filter: NO_FILTER }, { replace: true });
  if (shows.length === 0 && api.settings.live)
    setTimeout(() => current === visit && void visitAddress(), EMPTY_RETRY_MS);
  leaveShow();
  put(showsView(shows, api.settings.store));
  drawBar(route, undefined, actions);
}

async function openShow(show: ShowName, current: number): Promise<void> {
  if (context?.show.project !== show.project || context.show.version !== show.version) {
    leaveShow();
    const data = await ShowData.open(api, show, () => draw());
    if (current !== visit) return data.close();
    const place: Place = { at: undefined, overview: 'cue', comparedFrom: undefined };
    const selection = new Selection(show, () => draw());
    context = { api, show, data, selection, deciding: new Deciding(api, show, data), go, place };
  }
  draw();
}

function leaveShow(): void {
  view?.close();
  view = undefined;
  context?.data.close();
  context = undefined;
}

/** Draws the route with the present data. */
function draw(): void {
  if (context === undefined || !isInShow(route)) return;
  const absence = absenceOf(route, context.data);
  if (absence === undefined) showView(route, context);
  else showAbsence(absence, context.show);
}

function showView(to: ShowRoute, shown: Context): void {
  if (view?.show(to) !== true) {
    view?.close();
    view = newView(to, shown);
    put(view.element);
    view.show(to);
  }
  drawBar(to, shown, actions);
}

function newView({ view: kind }: ShowRoute, shown: Context): View {
  switch (kind) {
    case 'sheet':
      return new SheetView(shown);
    case 'desk':
      return new DeskView(shown);
    case 'cue':
      return new CueView(shown);
    case 'variant':
      return new VariantView(shown);
    case 'compare':
      return new CompareView(shown);
  }
}

function go(to: Route, { replace = false }: { readonly replace?: boolean } = {}): void {
  const address = formatRoute(to);
  if (address === location.hash) return;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  void visitAddress();
}

function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || isTaken(event)) return;
  if (document.querySelector('dialog[open]') !== null) return;
  const isMeant = event.ctrlKey || event.metaKey ? withControl(event.key) : alone(event);
  if (isMeant) event.preventDefault();
}

function withControl(key: string): boolean {
  if (key !== 'a' || view?.selectAll === undefined) return false;
  view.selectAll();
  return true;
}

function alone(event: KeyboardEvent): boolean {
  if (event.key === '?') openHelp();
  else if (event.key === 'r') actions.onSelection();
  else if (view === undefined || context === undefined || !isInShow(route)) return false;
  else return view.key(event) || act(event.key, context, view, route);
  return true;
}

/** Text fields, lists, sliders and buttons keep the keys that operate them; Escape leaves them. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches('input[type=search], select, textarea')) {
    if (key === 'Escape') target.blur();
    return true;
  }
  if (target.matches('input[type=range]')) return /^(Arrow|Page|Home|End)/.test(key);
  if (target.matches('button:not(.step), a, input')) return key === ' ' || key === 'Enter';
  return false;
}

function put(element: HTMLElement): void {
  byId('main').replaceChildren(element);
}

function showAbsence(sentence: string, show: ShowName | undefined): void {
  view?.close();
  view = undefined;
  if (show === undefined) leaveShow();
  put(absentView(sentence, show));
  drawBar(route, context, actions);
}

function complain(error: unknown): void {
  if (error instanceof NotFoundError && isInShow(route)) {
    const { project, version } = route.show;
    showAbsence(`There is no show ${project} / ${version} in ${api.settings.store}.`, undefined);
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  put(el('p', { class: 'notice', role: 'alert' }, `This could not be shown: ${message}`));
  drawBar({ view: 'shows' }, undefined, actions);
}

start().catch(complain);
