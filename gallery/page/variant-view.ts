/**
 * The view of one variant: its replay, its previews, and its details.
 */

import { stateOf } from '../show-index.js';
import { act, compare, toggleSelected } from './actions.js';
import { announce, el, setAttribute } from './base/dom.js';
import { factsPanel } from './facts-panel.js';
import { type LiveVariant, liveVariant } from './live-variant.js';
import { DIRECTIONS, neighbourOf } from './neighbours.js';
import { ReviewPanel } from './review/review-panel.js';
import type { Direction } from './show/columns.js';
import { promptOf } from './show/names.js';
import { reviewOf } from './show/reviews.js';
import type { Route, RouteTo, ShowRoute, VariantRef } from './show/route.js';
import { STATE_WORDS } from './show/states.js';
import { LiveStage } from './stage/live-stage.js';
import { Stage } from './stage/stage.js';
import { stageSource } from './stage-source.js';
import { TakesPanel } from './takes-panel.js';
import type { Context, View } from './view.js';

export class VariantView implements View {
  readonly element: HTMLElement;
  private readonly stage: Stage;
  private readonly live: LiveStage;
  private readonly title = el('h2');
  private readonly number = el('p', { class: 'variant-number' });
  private readonly selectButton = el('button', { type: 'button', onclick: () => this.select() });
  private readonly review: ReviewPanel;
  private readonly takes: TakesPanel;
  private readonly facts = el('div', { class: 'facts' });
  private route: RouteTo<'variant'> | undefined;
  /** Variant and stamp of the picture on the stage. */
  private shown = '';
  private reading = new AbortController();

  constructor(private readonly context: Context) {
    this.stage = new Stage({
      rest: (positionMs) => this.remember(positionMs),
      swipe: (by) => this.move(by === 1 ? 'next-variant' : 'previous-variant'),
    });
    this.review = new ReviewPanel({
      approve: () => this.act('p'),
      reject: () => this.act('x'),
      undo: () => this.act('u'),
      note: (ref, note) => void context.deciding.note(ref, note),
    });
    this.review.element.hidden = !context.deciding.isPossible;
    this.takes = new TakesPanel(context, (seed) => this.compareTake(seed));
    this.takes.element.hidden = !context.deciding.isPossible;
    this.live = new LiveStage(context.api.settings.steer ? () => void this.stop() : undefined);
    const button = (label: string, doIt: () => void) =>
      el('button', { type: 'button', onclick: doIt }, label);
    this.element = el(
      'div',
      { class: 'variant' },
      el('div', { class: 'stages' }, this.stage.element, this.live.element, this.live.line),
      el(
        'aside',
        { 'aria-label': 'About this variant' },
        this.title,
        this.number,
        el(
          'div',
          { class: 'actions' },
          button('← cue', () => this.move('previous-cue')),
          button('cue →', () => this.move('next-cue')),
          button('↑ variant', () => this.move('previous-variant')),
          button('↓ variant', () => this.move('next-variant')),
          button('All variants', () => this.act('v')),
          button('Compare', () => this.compare()),
          this.selectButton,
        ),
        this.review.element,
        this.takes.element,
        this.facts,
      ),
    );
  }

  show(route: Route): boolean {
    if (route.view !== 'variant') return false;
    this.route = route;
    const { data, selection, place } = this.context;
    place.at = route.at;
    const selected = selection.has(route.at);
    this.selectButton.textContent = selected ? '✓ Selected' : 'Select';
    setAttribute(this.selectButton, 'aria-pressed', String(selected));
    const cue = data.cue(route.at.cueId);
    const variant = data.variant(route.at);
    const review = cue && reviewOf(cue, route.at.variantId);
    this.review.show(route.at, (variant?.[2] ?? '') !== '', review);
    if (this.context.deciding.isPossible)
      this.takes.show(route.at, `${variant?.[2]} ${JSON.stringify(review?.takes)}`);
    const live = variant && liveVariant(this.context, route.at, variant);
    this.showLive(live);
    const name = JSON.stringify([route.at, variant, cue?.facts, live?.shown]);
    if (name !== this.shown) this.load(route);
    this.shown = name;
    return true;
  }

  key(event: KeyboardEvent): boolean {
    const direction = DIRECTIONS[event.key];
    if (direction !== undefined && !event.shiftKey) this.move(direction);
    else if (event.key === 'Escape') this.back();
    else if (event.key === 'k') void this.stop();
    else return this.live.element.hidden && this.stage.key(event);
    return true;
  }

  current(): VariantRef | undefined {
    return this.route?.at;
  }

  targets(): readonly VariantRef[] {
    return this.route === undefined ? [] : [this.route.at];
  }

  close(): void {
    this.stage.close();
    this.reading.abort();
  }

  private load({ at, positionMs }: RouteTo<'variant'>): void {
    const { data } = this.context;
    this.reading.abort();
    this.reading = new AbortController();
    const cue = data.cue(at.cueId);
    const variant = data.variant(at);
    if (cue === undefined || variant === undefined) return;
    this.title.textContent = promptOf(cue);
    this.number.textContent = `Variant ${at.variantId}`;
    announce(`${data.nameOf(at)}, ${STATE_WORDS[stateOf(variant)].word}`);
    this.facts.replaceChildren(factsPanel(this.context, at, cue, variant, this.reading.signal));
    if (this.stage.element.hidden) this.stage.close();
    else void this.stage.open([stageSource(this.context, at)], positionMs);
  }

  /** While the image is generated, its newest preview takes the place of the replay. */
  private showLive(live: LiveVariant | undefined): void {
    setAttribute(this.stage.element, 'hidden', live?.shown === true);
    if (live === undefined) this.live.hide();
    else this.live.show(live, live.shown);
  }

  private async stop(): Promise<void> {
    const { api, data, show } = this.context;
    const at = this.route?.at;
    if (at === undefined || !api.settings.steer) return;
    if (this.live.line.hidden) return announce(`${data.nameOf(at)} is not in flight.`);
    const said = await api.steer(show, { action: 'stop', ...at }).catch(inWords);
    this.live.say(said);
    announce(said);
  }

  private move(direction: Direction): void {
    const { route } = this;
    if (route === undefined) return;
    const to = neighbourOf(this.context.data, route.filter, route.at, direction);
    const { show, filter } = route;
    if (to === undefined) announce(`There is no ${direction.replace('-', ' ')}.`);
    else this.context.go({ view: 'variant', show, filter, at: to }, { replace: true });
  }

  private remember(positionMs: number | undefined): void {
    const { route } = this;
    if (route === undefined) return;
    const { positionMs: _, ...elsewhere } = route;
    this.context.go(positionMs === undefined ? elsewhere : { ...elsewhere, positionMs }, { replace: true });
  }

  private select(): void {
    if (this.route !== undefined) toggleSelected(this.route.at, this.context);
  }

  private compare(): void {
    if (this.route !== undefined) compare(this.targets(), this.context, this.route);
  }

  /** Compares the take with the chosen one. */
  private compareTake(take: number): void {
    const { route } = this;
    if (route === undefined) return;
    const among = [route.at, { ...route.at, take }];
    this.context.place.comparedFrom = route;
    this.context.go({ view: 'compare', show: route.show, filter: route.filter, among, as: 'beside' });
  }

  private act(key: string): void {
    if (this.route !== undefined) act(key, this.context, this, this.route);
  }

  /** Goes back to the view with many variants, at this variant. */
  private back(): void {
    const { route } = this;
    if (route !== undefined) this.context.go(overviewOf(route, this.context));
  }
}

const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function overviewOf({ show, filter, at }: RouteTo<'variant'>, { place }: Context): ShowRoute {
  return place.overview === 'cue'
    ? { view: 'cue', show, filter, cueId: at.cueId }
    : { view: 'sheet', show, filter };
}
