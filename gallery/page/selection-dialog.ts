/**
 * What to do with the selected variants: have them generated again (after a second look), or let them go.
 */
import { announce, el, openDialog } from './base/dom.js';
import type { Context } from './view.js';

/** More than anybody reads; the rest is counted. */
const LISTED = 200;

export function openSelectionDialog({ api, data, selection, show }: Context): void {
  const variants = selection.list();
  const count = `${variants.length} ${variants.length === 1 ? 'variant' : 'variants'}`;
  const outcome = el('p', { role: 'alert' });
  const again = el(
    'button',
    { type: 'button', class: 'danger', onclick: () => void start() },
    `Generate ${count} again`,
  );
  const start = async () => {
    again.disabled = true;
    outcome.textContent = 'Asking Temporal…';
    try {
      const message = await api.regenerate(show, variants);
      selection.clear();
      dialog.close();
      announce(message);
    } catch (error) {
      outcome.textContent = error instanceof Error ? error.message : String(error);
      again.disabled = false;
    }
  };
  const forget = () => {
    selection.clear();
    dialog.close();
  };
  const listed = variants.slice(0, LISTED).map((variant) => el('li', {}, data.nameOf(variant)));
  if (variants.length > LISTED) listed.push(el('li', {}, `and ${variants.length - LISTED} more`));
  const dialog = openDialog(
    `${count} selected`,
    el('ul', { class: 'selected-list', tabindex: 0, 'aria-label': 'Selected variants' }, ...listed),
    el('p', {}, hint(api.settings.regenerate)),
    outcome,
    el(
      'div',
      { class: 'actions' },
      ...(api.settings.regenerate && variants.length > 0 ? [again] : []),
      el('button', { type: 'button', onclick: forget, disabled: variants.length === 0 }, 'Select none'),
      el('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'),
    ),
  );
}

const hint = (canRegenerate: boolean): string =>
  canRegenerate
    ? 'Their stored images will be replaced by new ones, made from new seeds.'
    : 'No Temporal server is connected to this gallery, so nothing can be generated from here.';
