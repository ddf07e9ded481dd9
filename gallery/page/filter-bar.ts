/**
 * The filters above the tiles: words, program, cue, state, seed. Each view chooses which of them it has.
 */
import { type CueEntry, VARIANT_STATES, type VariantState } from '../show-index.js';
import { el, setAttribute } from './base/dom.js';
import { type Filter, NO_FILTER, sameFilter } from './show/filter.js';
import { cueName } from './show/names.js';
import { REVIEW_FILTERS } from './show/reviews.js';
import { STATE_WORDS } from './show/states.js';
import { timeOf } from './tiles.js';

export interface FilterBar {
  readonly element: HTMLElement;
  update(filter: Filter, choices: FilterChoices): void;
  focusSearch(): void;
}

export interface FilterChoices {
  readonly programs: readonly string[];
  readonly cues: readonly CueEntry[];
  readonly counts: ReadonlyMap<VariantState, number>;
  /** The open cue, in a view where choosing a cue opens it. */
  readonly cueId?: string;
}

export interface FilterBarOptions {
  readonly onFilter: (filter: Filter) => void;
  /** Called when a cue is chosen; by default the cue is a filter like the others. */
  readonly onCue?: (cueId: string) => void;
  /** Further controls, at the end. */
  readonly controls: readonly HTMLElement[];
}

/** A few words in the cue list are enough to recognise a cue. */
const PROMPT_CHARACTERS = 40;

export function filterBar({ onFilter, onCue, controls }: FilterBarOptions): FilterBar {
  const text = el('input', {
    type: 'search',
    'aria-label': 'Search prompts and cues',
    placeholder: 'Search prompts and cues (/)',
  });
  const program = el('select', { 'aria-label': 'Program' });
  const cue = el('select', { 'aria-label': 'Cue', class: 'cue-filter' });
  const state = el('select', { 'aria-label': 'State' });
  const review = el('select', { 'aria-label': 'Decision' });
  const seed = el('input', {
    type: 'search',
    class: 'seed-filter',
    inputmode: 'numeric',
    'aria-label': 'Seed',
    placeholder: 'Seed',
  });
  const read = (): Filter => ({
    text: text.value,
    program: program.value,
    cueId: onCue === undefined ? cue.value : '',
    state: VARIANT_STATES.find((known) => known === state.value) ?? '',
    review: REVIEW_FILTERS.find((known) => known === review.value) ?? '',
    seed: seed.value.replace(/\D/g, ''),
  });
  const reset = el('button', { type: 'button', onclick: () => onFilter(NO_FILTER) }, 'Show all');
  for (const control of [text, program, state, review, seed])
    control.addEventListener('input', () => onFilter(read()));
  cue.addEventListener('input', () => (onCue === undefined ? onFilter(read()) : onCue(cue.value)));
  const element = el(
    'form',
    { class: 'filters', role: 'search' },
    text,
    program,
    cue,
    state,
    review,
    seed,
    ...controls,
    reset,
  );
  element.addEventListener('submit', (event) => event.preventDefault());
  return {
    element,
    update: (filter, { programs, cues, counts, cueId }) => {
      if (text.value !== filter.text) text.value = filter.text;
      if (seed.value !== filter.seed) seed.value = filter.seed;
      fill(program, [['', 'all programs'], ...programs.map(pair)], filter.program);
      const all: Option[] = cueId === undefined ? [['', 'all cues']] : [];
      fill(cue, [...all, ...cues.map(cuePair)], cueId ?? filter.cueId);
      fill(
        state,
        [['', 'all states'], ...VARIANT_STATES.map((name) => statePair(name, counts))],
        filter.state,
      );
      fill(review, [['', 'all decisions'], ...REVIEW_FILTERS.map(pair)], filter.review);
      setAttribute(reset, 'disabled', sameFilter(filter, NO_FILTER));
    },
    focusSearch: () => text.select(),
  };
}

type Option = readonly [value: string, label: string];

const pair = (name: string): Option => [name, name];

const cuePair = (cue: CueEntry): Option => [
  cue.cueId,
  `${timeOf(cue.cueId)} ${cueName(cue, PROMPT_CHARACTERS)}`.trim(),
];

const statePair = (name: VariantState, counts: ReadonlyMap<VariantState, number>): Option => [
  name,
  `${STATE_WORDS[name].word} (${counts.get(name) ?? 0})`,
];

/** Rebuilds a select only if something changed, because an open list would be closed. */
export function fill(select: HTMLSelectElement, options: readonly Option[], value: string): void {
  const signature = JSON.stringify(options);
  if (select.dataset.options !== signature) {
    select.dataset.options = signature;
    select.replaceChildren(...options.map(([name, label]) => el('option', { value: name }, label)));
  }
  select.value = value;
}
