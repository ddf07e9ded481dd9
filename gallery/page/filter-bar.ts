/**
 * The filters above the contact sheet: text, program, cue, state; and the size of the tiles.
 */
import { type CueEntry, VARIANT_STATES, type VariantState } from '../show-index.js';
import { el } from './base/dom.js';
import { cueName } from './show/names.js';
import { type Filter, NO_FILTER, sameFilter } from './show/route.js';
import { STATE_WORDS } from './show/states.js';
import { TILE_SIZES, type TileSize, timeOf } from './tiles.js';

export interface FilterBar {
  readonly element: HTMLElement;
  update(
    filter: Filter,
    programs: readonly string[],
    cues: readonly CueEntry[],
    counts: ReadonlyMap<VariantState, number>,
  ): void;
  focusSearch(): void;
  /** Larger (1) or smaller (-1) tiles. */
  step(by: number): void;
}

const SIZE_NAMES = Object.keys(TILE_SIZES) as TileSize[];
/** A word in the cue list is enough to recognise a cue. */
const PROMPT_CHARACTERS = 40;

export function filterBar(options: {
  readonly onFilter: (filter: Filter) => void;
  readonly onSize: (size: TileSize) => void;
  readonly size: TileSize;
}): FilterBar {
  const text = el('input', {
    type: 'search',
    'aria-label': 'Search prompts and cues',
    placeholder: 'Search prompts and cues (/)',
  });
  const program = el('select', { 'aria-label': 'Program' });
  const cue = el('select', { 'aria-label': 'Cue', class: 'cue-filter' });
  const state = el('select', { 'aria-label': 'State' });
  const size = el('select', { 'aria-label': 'Tile size' });
  fill(
    size,
    SIZE_NAMES.map((name) => [name, `${name} tiles`]),
    options.size,
  );
  const read = (): Filter => ({
    text: text.value,
    program: program.value,
    cueId: cue.value,
    state: VARIANT_STATES.find((known) => known === state.value) ?? '',
  });
  const changed = () => options.onFilter(read());
  const resized = () => options.onSize(SIZE_NAMES.find((name) => name === size.value) ?? 'medium');
  size.addEventListener('change', resized);
  const reset = el('button', { type: 'button', onclick: () => options.onFilter(NO_FILTER) }, 'Show all');
  const element = el(
    'form',
    { class: 'filters', role: 'search', oninput: (event: Event) => event.target !== size && changed() },
    text,
    program,
    cue,
    state,
    size,
    reset,
  );
  element.addEventListener('submit', (event) => event.preventDefault());
  return {
    element,
    update: (filter, programs, cues, counts) => {
      if (text.value !== filter.text) text.value = filter.text;
      fill(program, [['', 'all programs'], ...programs.map(pair)], filter.program);
      fill(cue, [['', 'all cues'], ...cues.map(cuePair)], filter.cueId);
      fill(
        state,
        [['', 'all states'], ...VARIANT_STATES.map((name) => statePair(name, counts))],
        filter.state,
      );
      reset.disabled = sameFilter(filter, NO_FILTER);
    },
    focusSearch: () => text.select(),
    step: (by) => {
      size.selectedIndex = Math.min(Math.max(size.selectedIndex + by, 0), SIZE_NAMES.length - 1);
      resized();
    },
  };
}

type Option = readonly [value: string, label: string];

const pair = (name: string): Option => [name, name];

function cuePair(cue: CueEntry): Option {
  return [cue.cueId, `${timeOf(cue.cueId)} ${cueName(cue, PROMPT_CHARACTERS)}`.trim()];
}

const statePair = (name: VariantState, counts: ReadonlyMap<VariantState, number>): Option => [
  name,
  `${STATE_WORDS[name].word} (${counts.get(name) ?? 0})`,
];

/** Rebuilds a select only if something changed, so that an open list does not close under the hand. */
function fill(select: HTMLSelectElement, options: readonly Option[], value: string): void {
  const signature = JSON.stringify(options);
  if (select.dataset.options !== signature) {
    select.dataset.options = signature;
    select.replaceChildren(...options.map(([name, label]) => el('option', { value: name }, label)));
  }
  select.value = value;
}
