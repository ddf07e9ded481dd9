/**
 * The head above the variants of a cue: its prompt, the selection with its actions, and a notice if no variant matches the filter.
 */
import type { CueEntry } from '../show-index.js';
import { el, setAttribute } from './base/dom.js';
import { cueName, promptOf } from './show/names.js';
import { REVIEW_SIGNS } from './show/reviews.js';
import { formatRoute, MOST_COMPARED, type RouteTo } from './show/route.js';
import { programNameOf, timeOf } from './tiles.js';

export interface CueHeadHandlers {
  move(by: 1 | -1): void;
  selectAll(): void;
  selectNone(): void;
  compare(): void;
  approve(): void;
  reject(): void;
}

/** Enough to find the right cue, and few enough to leave room for the rest. */
const MOST_LINKS = 12;

export class CueHead {
  readonly element: HTMLElement;
  readonly notice = el('div', { class: 'notice', hidden: true });
  private readonly title = el('h2');
  private readonly about = el('p', { class: 'about' });
  private readonly selected = el('output', { class: 'selected' });
  private readonly none: HTMLButtonElement;
  private readonly compare: HTMLButtonElement;

  private readonly approve: HTMLButtonElement;
  private readonly reject: HTMLButtonElement;

  /** @param canDecide false in an export, which can only be looked at */
  constructor(handlers: CueHeadHandlers, canDecide: boolean) {
    const button = (label: string, act: () => void) => el('button', { type: 'button', onclick: act }, label);
    this.none = button('Select none', handlers.selectNone);
    this.compare = button('Compare', handlers.compare);
    this.approve = button(`${REVIEW_SIGNS.approved} Approve`, handlers.approve);
    this.reject = button(`${REVIEW_SIGNS.rejected} Reject`, handlers.reject);
    for (const decide of [this.approve, this.reject]) setAttribute(decide, 'hidden', !canDecide);
    this.element = el(
      'div',
      { class: 'cue-head' },
      el('div', { class: 'cue-title' }, this.title, this.about),
      el(
        'div',
        { class: 'actions' },
        button('← cue', () => handlers.move(-1)),
        button('cue →', () => handlers.move(1)),
        button('Select all', handlers.selectAll),
        this.none,
        this.compare,
        this.approve,
        this.reject,
        this.selected,
      ),
    );
  }

  draw(state: {
    readonly cue: CueEntry;
    readonly route: RouteTo<'cue'>;
    readonly shown: number;
    readonly selected: number;
  }): void {
    const { cue, shown, selected } = state;
    const all = cue.variants.length;
    this.title.textContent = promptOf(cue);
    this.title.title = promptOf(cue);
    this.about.textContent = [
      programNameOf(cue),
      timeOf(cue.cueId),
      shown === all ? `${all} variants` : `${shown} of ${all} variants`,
      cue.review?.counts && `${cue.review.counts.undecided} undecided`,
      cue.cueId,
    ]
      .filter(Boolean)
      .join(' · ');
    this.selected.textContent = selected === 0 ? '' : `${selected} selected`;
    setAttribute(this.none, 'disabled', selected === 0);
    setAttribute(this.compare, 'disabled', selected > MOST_COMPARED || all < 2);
  }

  /** @param others cues that match the filter */
  drawNotice(state: {
    readonly route: RouteTo<'cue'>;
    readonly isMatch: boolean;
    readonly isEmpty: boolean;
    readonly others: readonly CueEntry[];
  }): void {
    const { isMatch, isEmpty, others, route } = state;
    setAttribute(this.notice, 'hidden', isMatch && !isEmpty);
    if (isMatch) {
      this.notice.textContent = 'No variant of this cue matches.';
      return;
    }
    const links = others.slice(0, MOST_LINKS).map(({ cueId }, index) => {
      const cue = others[index];
      const href = formatRoute({ ...route, cueId });
      return el(
        'li',
        {},
        el('a', { href }, `${timeOf(cueId)} ${cue === undefined ? cueId : cueName(cue)}`.trim()),
      );
    });
    const rest = others.length - links.length;
    this.notice.replaceChildren(
      `This cue does not match the search. ${others.length === 0 ? 'No cue does.' : `${others.length} do:`}`,
      el('ul', {}, ...links, ...(rest > 0 ? [el('li', {}, `and ${rest} more`)] : [])),
    );
  }
}
