/**
 * The filter of the variants that are shown, and how it is written in an address. Another criterion needs a line in
 * {@link FIELDS}, a test below and a control in the filter bar.
 */
import {
  type CueEntry,
  stateOf,
  VARIANT_STATES,
  type VariantEntry,
  type VariantState,
} from '../../show-index.js';

import { matchesReview, REVIEW_FILTERS, type ReviewFilter } from './reviews.js';

export interface Filter {
  /** Words to be found in cue id, prompt or program. */
  readonly text: string;
  readonly program: string;
  readonly cueId: string;
  readonly state: VariantState | '';
  /** Decision of the variant, or `stale`. */
  readonly review: ReviewFilter | '';
  /** First digits of the seed. */
  readonly seed: string;
}

export const NO_FILTER: Filter = { text: '', program: '', cueId: '', state: '', review: '', seed: '' };

/** Name of each criterion in the address. */
const FIELDS = {
  text: 'q',
  program: 'program',
  cueId: 'cue',
  state: 'state',
  review: 'review',
  seed: 'seed',
} as const satisfies Record<keyof Filter, string>;

export function readFilter(query: URLSearchParams): Filter {
  const given = (field: keyof Filter) => query.get(FIELDS[field]) ?? '';
  return {
    text: given('text'),
    program: given('program'),
    cueId: given('cueId'),
    state: VARIANT_STATES.find((known) => known === given('state')) ?? '',
    review: REVIEW_FILTERS.find((known) => known === given('review')) ?? '',
    seed: given('seed').replace(/\D/g, ''),
  };
}

export function writeFilter(filter: Filter): URLSearchParams {
  const query = new URLSearchParams();
  for (const [field, name] of Object.entries(FIELDS)) {
    const value = filter[field as keyof Filter];
    if (value !== '') query.set(name, value);
  }
  return query;
}

export const sameFilter = (a: Filter, b: Filter): boolean =>
  String(writeFilter(a)) === String(writeFilter(b));

/** Whether a cue matches those criteria of a filter that are about cues. */
export function cueTest(filter: Filter): (cue: CueEntry) => boolean {
  const words = filter.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return (cue) => {
    if (filter.cueId !== '' && cue.cueId !== filter.cueId) return false;
    if (filter.program !== '' && programOf(cue) !== filter.program) return false;
    const text = `${cue.cueId} ${cue.facts?.prompt ?? ''} ${programOf(cue)}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  };
}

export type VariantTest = (variant: VariantEntry) => boolean;

/** Whether a variant of a cue matches; `seeds` by variant, as far as they have been read. */
export function variantTest(
  cue: CueEntry,
  { state, review, seed }: Filter,
  seeds?: ReadonlyMap<number, number>,
): VariantTest {
  const tests: VariantTest[] = [];
  if (state !== '') tests.push((variant) => stateOf(variant) === state);
  if (review !== '') tests.push((variant) => matchesReview(cue, variant, review));
  if (seed !== '' && seeds !== undefined) tests.push(([id]) => String(seeds.get(id) ?? '').startsWith(seed));
  return (variant) => tests.every((test) => test(variant));
}

export const programOf = ({ facts }: CueEntry): string => facts?.program ?? '';
