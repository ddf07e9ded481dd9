/**
 * One variant: its replay, its previews, and everything that is known about it.
 */
import { stateOf } from '../show-index.js';
import { announce, el } from './base/dom.js';
import { factsPanel } from './facts-panel.js';
import { columnsOf, type Direction, neighbour } from './show/columns.js';
import { promptOf } from './show/names.js';
import type { Route, VariantRef } from './show/route.js';
import { STATE_WORDS } from './show/states.js';
import { Stage } from './stage/stage.js';
import type { Context, View } from './view.js';

type VariantRoute = Extract<Route, { view: 'variant' }>;

const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: 'previous-cue',
  ArrowRight: 'next-cue',
  ArrowUp: 'previous-variant',
  ArrowDown: 'next-variant',
};

export class VariantView implements View {
  readonly element: HTMLElement;
  private readonly stage = new Stage((positionMs) => this.remember(positionMs));
  private readonly title = el('h2');
  private readonly number = el('p', { class: 'variant-number' });
  private readonly markButton = el('button', { type: 'button', onclick: () => this.mark() });
  private readonly facts = el('div', { class: 'facts' });
  private route: VariantRoute | undefined;
  /** Variant and stamp of what is on the stage. */
  private shown = '';
  private reading = new AbortController();

  constructor(private readonly context: Context) {
    const button = (label: string, act: () => void) => el('button', { type: 'button', onclick: act }, label);
    this.element = el(
      'div',
      { class: 'variant' },
      this.stage.element,
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
          button('Compare', () => this.compare()),
          this.markButton,
        ),
        this.facts,
      ),
    );
  }

  show(route: Route): boolean {
    if (route.view !== 'variant') return false;
    this.route = route;
    const { data, marks, place } = this.context;
    place.at = route.at;
    const marked = marks.has(route.at);
    this.markButton.textContent = marked ? '✓ Marked' : 'Mark';
    this.markButton.setAttribute('aria-pressed', String(marked));
    const cue = data.cue(route.at.cueId);
    const variant = data.variant(route.at);
    const name = `${route.at.cueId}/${route.at.variantId}/${variant?.join('/')}/${JSON.stringify(cue?.facts)}`;
    if (name !== this.shown) this.load(route, name);
    return true;
  }

  key({ key }: KeyboardEvent): boolean {
    const direction = DIRECTIONS[key];
    if (direction !== undefined) this.move(direction);
    else if (key === ' ') this.stage.toggle();
    else if (/^\d$/.test(key)) this.stage.setSpeed(key === '0' ? 0.25 : Number(key));
    else if (key === ',' || key === '.') this.stage.stepFrame(key === '.' ? 1 : -1);
    else if (key === 'Home') this.stage.seek(0);
    else if (key === 'End') this.stage.seek(Number.MAX_SAFE_INTEGER);
    else if (key === 'l') this.stage.toggleLoop();
    else if (key === 'm') this.mark();
    else if (key === 'c') this.compare();
    else if (key === 'Escape') this.back();
    else return false;
    return true;
  }

  close(): void {
    this.stage.close();
    this.reading.abort();
  }

  private load(route: VariantRoute, name: string): void {
    const { api, data, show } = this.context;
    this.shown = name;
    this.reading.abort();
    this.reading = new AbortController();
    const { cueId, variantId } = route.at;
    const cue = data.cue(cueId);
    const variant = data.variant(route.at);
    if (cue === undefined || variant === undefined) return;
    const label = data.nameOf(route.at);
    this.title.textContent = promptOf(cue);
    this.number.textContent = `Variant ${variantId}`;
    announce(`${label}, ${STATE_WORDS[stateOf(variant)].word}`);
    this.facts.replaceChildren(factsPanel(this.context, route.at, cue, variant, this.reading.signal));
    const query = variant[2] === '' ? '' : `?v=${encodeURIComponent(variant[2])}`;
    const source = {
      cuesAddress: api.cuesAddress(show),
      cueId,
      variantId,
      query,
      stored: { final: variant[2] !== '', timing: variant[3] !== undefined },
      positionMs: route.positionMs,
    };
    void this.stage.open(source, label);
  }

  private move(direction: Direction): void {
    const { route } = this;
    if (route === undefined) return;
    const columns = columnsOf(this.context.data.cues, route.filter);
    const at = neighbour(columns, route.at, direction);
    if (at === undefined) announce(`There is no ${direction.replace('-', ' ')}.`);
    else this.context.go({ view: 'variant', show: route.show, filter: route.filter, at }, { replace: true });
  }

  private remember(positionMs: number | undefined): void {
    const { route } = this;
    if (route === undefined) return;
    const { positionMs: _, ...elsewhere } = route;
    this.context.go(positionMs === undefined ? elsewhere : { ...elsewhere, positionMs }, { replace: true });
  }

  private mark(): void {
    if (this.route !== undefined) this.context.toggleMark(this.route.at);
  }

  private compare(): void {
    const { route } = this;
    if (route === undefined) return;
    const columns = columnsOf(this.context.data.cues, route.filter);
    const other: VariantRef =
      neighbour(columns, route.at, 'next-variant') ??
      neighbour(columns, route.at, 'previous-variant') ??
      route.at;
    this.context.go({ view: 'compare', show: route.show, filter: route.filter, at: route.at, other });
  }

  private back(): void {
    const { route } = this;
    if (route !== undefined) this.context.go({ view: 'sheet', show: route.show, filter: route.filter });
  }
}
