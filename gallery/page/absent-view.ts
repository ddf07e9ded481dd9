/**
 * The page for a link to a cue or variant that does not exist: a sentence, and links to what does. If it is created while the show is
 * followed, the page shows it then.
 */
import { el } from './base/dom.js';
import { NO_FILTER } from './show/filter.js';
import { formatRoute, type Route, type ShowName, type VariantRef } from './show/route.js';
import type { ShowData } from './show/show-data.js';

/** A sentence about what the route names and the show does not have; undefined if the show has all of it. */
export function absenceOf(route: Route, data: ShowData): string | undefined {
  if (route.view === 'variant') return absentVariant(route.at, data);
  if (route.view === 'cue') return absentCue(route.cueId, data);
  if (route.view === 'compare') return route.among.map((ref) => absentVariant(ref, data)).find(Boolean);
  return undefined;
}

const absentCue = (cueId: string, data: ShowData): string | undefined =>
  data.cue(cueId) === undefined ? `There is no cue "${cueId}" in this show.` : undefined;

function absentVariant(ref: VariantRef, data: ShowData): string | undefined {
  if (data.variant(ref) !== undefined) return undefined;
  const cue = data.cue(ref.cueId);
  if (cue === undefined) return absentCue(ref.cueId, data);
  const numbers = cue.variants.map(([id]) => id);
  return `There is no variant ${ref.variantId} of "${data.cueNameOf(ref.cueId)}", which has ${span(numbers)}.`;
}

function span(numbers: readonly number[]): string {
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined) return 'none';
  return first === last ? `variant ${first} only` : `variants ${first} to ${last}`;
}

export function absentView(sentence: string, show: ShowName | undefined): HTMLElement {
  const links: [string, Route][] = [['All shows', { view: 'shows' }]];
  if (show !== undefined) links.unshift(['The contact sheet', { view: 'sheet', show, filter: NO_FILTER }]);
  return el(
    'div',
    { class: 'absent' },
    el('h2', {}, 'Nothing at this address'),
    el('p', { role: 'alert' }, sentence),
    el('ul', {}, ...links.map(([text, route]) => el('li', {}, el('a', { href: formatRoute(route) }, text)))),
  );
}
