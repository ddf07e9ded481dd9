/**
 * The list of shows, for a store with more than one.
 */
import type { ShowSummary } from '../show-index.js';
import { el } from './base/dom.js';
import { NO_FILTER } from './show/filter.js';
import { formatRoute } from './show/route.js';

export function showsView(shows: readonly ShowSummary[], store: string): HTMLElement {
  if (shows.length === 0) {
    return el(
      'p',
      { class: 'notice' },
      `There is no show in ${store} yet. Start one with "pregen show start".`,
    );
  }
  return el('ul', { class: 'shows', 'aria-label': 'Shows' }, ...shows.map(showLink));
}

function showLink({ project, version, cues, variants, stored }: ShowSummary): HTMLElement {
  const href = formatRoute({ view: 'sheet', show: { project, version }, filter: NO_FILTER });
  return el(
    'li',
    {},
    el('a', { href }, `${project} / ${version}`),
    el('span', {}, `${stored} of ${variants} images, ${cues} cues`),
  );
}
