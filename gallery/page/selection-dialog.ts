/**
 * The dialog for the selected variants: a list of them, generating takes beside the chosen ones, and clearing the selection.
 */
import { announce, el, openDialog } from './base/dom.js';
import type { Context } from './view.js';

/** As many as a person may read; the dialog says how many more there are. */
const LISTED = 200;
const CHOICES = [1, 2, 4, 8] as const;

export function openSelectionDialog({ api, data, selection, show }: Context): void {
  const variants = selection.list();
  const count = `${variants.length} ${variants.length === 1 ? 'variant' : 'variants'}`;
  const takes = el('select', { 'aria-label': 'Takes of each' });
  takes.append(...CHOICES.map((n) => el('option', { value: n }, `${n} ${n === 1 ? 'take' : 'takes'} each`)));
  const outcome = el('p', { role: 'alert' });
  const again = el('button', { type: 'button', onclick: () => void start() }, `Make takes of ${count}`);
  const start = async () => {
    again.disabled = true;
    outcome.textContent = 'Asking Temporal…';
    try {
      const message = await api.makeTakes(show, variants, Number(takes.value));
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
    el('p', {}, hint(api.settings.takes)),
    outcome,
    el(
      'div',
      { class: 'actions' },
      ...(api.settings.takes && variants.length > 0 ? [takes, again] : []),
      el('button', { type: 'button', onclick: forget, disabled: variants.length === 0 }, 'Select none'),
      el('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel'),
    ),
  );
}

const hint = (canMake: boolean): string =>
  canMake
    ? 'Takes are made from new seeds, beside the images that are shown, which stay in place until another take is chosen. What is not stored yet is made.'
    : 'No Temporal server is connected to this gallery, so nothing can be generated from here.';
