/**
 * All variants of one cue in lines as wide as the window, from small tiles to one picture at a time.
 */
import type { CueEntry, VariantEntry } from '../show-index.js';
import { compare } from './actions.js';
import { announce, el, setAttribute } from './base/dom.js';
import { CueHead } from './cue-head.js';
import { decideOn } from './decide-on.js';
import { filterBar } from './filter-bar.js';
import type { CellPosition, GridContent } from './grid/grid-content.js';
import { targetInLines } from './grid/grid-keys.js';
import { VirtualGrid } from './grid/virtual-grid.js';
import { Selecting } from './selecting.js';
import { countStates, cueBeside, programsOf } from './show/columns.js';
import { cueTest, type Filter, NO_FILTER, sameFilter } from './show/filter.js';
import type { Verdict } from './show/reviews.js';
import type { Route, RouteTo, VariantRef } from './show/route.js';
import { type VariantFacts, variantFacts } from './show/variant-facts.js';
import { cueSize, cueSizeName, FULL_SIZE, keepCueSize, wallGrid } from './tile-sizes.js';
import { tileOf } from './tiles.js';
import type { Context, View } from './view.js';

export class CueView implements View {
  readonly element: HTMLElement;
  private route: RouteTo<'cue'> | undefined;
  private cue: CueEntry | undefined;
  private variants: readonly VariantEntry[] = [];
  private readonly head: CueHead;
  private readonly bar: ReturnType<typeof filterBar>;
  private readonly grid: VirtualGrid;
  private readonly selecting: Selecting;
  private readonly observer = new ResizeObserver(() => this.layOut());
  private readonly size = el('input', {
    type: 'range',
    min: 0,
    max: FULL_SIZE,
    step: 1,
    'aria-label': 'Tile size',
    oninput: () => this.resize(),
  });
  /** Width divided by height of the pictures, measured at the last one that was loaded. */
  private aspect = 1;
  private wall = wallGrid(cueSize(), { width: 1, height: 1 }, 1);

  constructor(private readonly context: Context) {
    this.size.value = String(cueSize());
    const head = {
      move: (by: 1 | -1) => this.moveToCue(by),
      selectAll: () => this.selecting.selectAll(),
      selectNone: () => this.selecting.selectNone(),
      compare: () => this.compare(),
      approve: () => this.decide('approved'),
      reject: () => this.decide('rejected'),
    };
    this.head = new CueHead(head, context.deciding.isPossible);
    this.bar = filterBar({
      onFilter: (filter) => this.go({ filter }, { replace: true }),
      onCue: (cueId) => this.go({ cueId }),
      controls: [this.size],
    });
    this.selecting = new Selecting(context.selection, {
      all: () => this.variants.map(([id]) => this.refTo(id)),
      between: (from, to) => this.stretch(from, to),
    });
    this.grid = new VirtualGrid('Variants of this cue', this.content(), this.wall, {
      open: (cell) => this.on(cell, (ref) => this.open(ref)),
      press: (cell, event) => this.on(cell, (ref) => this.press(ref, event)),
      longPress: (cell) => this.on(cell, (ref) => this.selecting.toggle(ref)),
      moved: (cell, how) => this.on(cell, (ref) => this.reach(ref, how)),
      target: (key, from, page) => this.target(key, from, page),
    });
    this.grid.element.addEventListener('load', (event) => this.measure(event), { capture: true });
    this.observer.observe(this.grid.element);
    this.element = el(
      'div',
      { class: 'cue' },
      this.head.element,
      this.bar.element,
      this.head.notice,
      this.grid.element,
    );
  }

  show(route: Route): boolean {
    if (route.view !== 'cue') return false;
    const { data, place } = this.context;
    const isOther = route.cueId !== this.route?.cueId;
    const isFirst = this.route === undefined;
    const before = this.filter;
    place.overview = 'cue';
    this.route = route;
    this.cue = data.cue(route.cueId);
    if (this.cue === undefined) return true;
    this.variants = data.variantsOf(this.cue, route.filter);
    this.drawHead(this.cue, route);
    this.layOut();
    if (isOther) this.enter({ focus: !isFirst || place.at?.cueId === route.cueId });
    else if (!sameFilter(before, route.filter)) this.filterChanged();
    else this.keepPlace();
    return true;
  }

  key(event: KeyboardEvent): boolean {
    const { key } = event;
    const at = this.current();
    if (key === '/') this.bar.focusSearch();
    else if (key === '+' || key === '-') this.resize(key === '+' ? 1 : -1);
    else if (key === ' ' && at !== undefined) this.selecting.toggle(at);
    else if (key === '[' || key === ']') this.moveToCue(key === ']' ? 1 : -1);
    else if (key === 'Escape') this.back();
    else if (key.startsWith('Arrow') || key === 'Enter')
      this.grid.activate(this.grid.active, { focus: true });
    else return false;
    return true;
  }

  current(): VariantRef | undefined {
    const variant = this.variants[this.indexOf(this.grid.active)];
    return variant === undefined ? undefined : this.refTo(variant[0]);
  }

  targets(): readonly VariantRef[] {
    return this.selecting.targets(this.current());
  }

  selectAll(): void {
    this.selecting.selectAll();
  }

  close(): void {
    this.observer.disconnect();
    this.grid.close();
  }

  private get filter(): Filter {
    return this.route?.filter ?? NO_FILTER;
  }

  private go(
    to: Partial<Pick<RouteTo<'cue'>, 'cueId' | 'filter'>>,
    options?: { readonly replace?: boolean },
  ): void {
    if (this.route !== undefined) this.context.go({ ...this.route, ...to }, options);
  }

  private drawHead(cue: CueEntry, route: RouteTo<'cue'>): void {
    const { data } = this.context;
    const selected = this.selecting.selected().length;
    this.head.draw({ cue, route, shown: this.variants.length, selected });
    const isMatch = cueTest({ ...route.filter, cueId: '' });
    const others = isMatch(cue) ? [] : data.cues.filter(isMatch);
    this.head.drawNotice({ route, isMatch: isMatch(cue), others, isEmpty: this.variants.length === 0 });
    const cues = data.cues;
    const counts = countStates([cue]);
    this.bar.update(route.filter, { programs: programsOf(cues), cues, counts, cueId: cue.cueId });
  }

  /** Fits the lines of tiles to the present width of the window. */
  private layOut(): void {
    const { clientWidth: width, clientHeight: height } = this.grid.element;
    const at = this.indexOf(this.grid.active);
    const wall = wallGrid(cueSize(), { width, height }, this.aspect);
    const isOther = wall.columns !== this.wall.columns || wall.cellHeight !== this.wall.cellHeight;
    this.wall = wall;
    this.grid.element.classList.toggle('full', cueSize() === FULL_SIZE);
    setAttribute(this.size, 'aria-valuetext', cueSizeName(cueSize()));
    this.grid.update(this.content(), wall);
    if (!isOther) return;
    this.grid.activate(this.positionOf(at), { focus: false });
    this.grid.reveal(this.grid.active);
  }

  private measure({ target }: Event): void {
    if (!(target instanceof HTMLImageElement) || target.naturalHeight === 0) return;
    const aspect = target.naturalWidth / target.naturalHeight;
    // Thumbnails are rounded to whole pixels.
    if (Math.abs(aspect / this.aspect - 1) < 0.02) return;
    this.aspect = aspect;
    this.layOut();
  }

  /** Activates the variant that was reached last, if it is in this cue; otherwise the first. */
  private enter({ focus }: { readonly focus: boolean }): void {
    const { at } = this.context.place;
    const index = at === undefined || at.cueId !== this.route?.cueId ? -1 : this.indexOfVariant(at.variantId);
    this.grid.scrollTo({ left: 0, top: 0 });
    this.grid.activate(this.positionOf(Math.max(index, 0)), { focus });
    if (!focus) this.grid.reveal(this.grid.active);
  }

  private keepPlace(): void {
    const { at } = this.context.place;
    const index = at?.cueId === this.route?.cueId ? this.indexOfVariant(at?.variantId ?? 0) : -1;
    if (index >= 0) this.grid.activate(this.positionOf(index), { focus: false });
  }

  private filterChanged(): void {
    this.enter({ focus: false });
    announce(`${this.variants.length} variants match`);
  }

  private reach(ref: VariantRef, { extend }: { readonly extend: boolean }): void {
    this.context.place.at = ref;
    if (extend) this.selecting.extendTo(ref);
    else this.selecting.begin(ref);
  }

  private press(ref: VariantRef, event: MouseEvent): void {
    this.context.place.at = ref;
    if (!this.selecting.press(ref, event)) this.open(ref);
  }

  private open(at: VariantRef): void {
    this.context.place.at = at;
    this.context.go({ view: 'variant', show: this.context.show, filter: this.filter, at });
  }

  private compare(): void {
    if (this.route !== undefined) compare(this.targets(), this.context, this.route);
  }

  private decide(verdict: Verdict): void {
    if (this.route !== undefined) decideOn(this.targets(), verdict, this.context, this.route);
  }

  private resize(by = 0): void {
    this.size.valueAsNumber += by;
    keepCueSize(this.size.valueAsNumber);
    this.layOut();
  }

  private moveToCue(by: 1 | -1): void {
    const { data } = this.context;
    const { route } = this;
    if (route === undefined) return;
    const column = cueBeside(data.cues, data.columns(route.filter), route.cueId, by);
    if (column === undefined) announce(by === 1 ? 'This is the last cue.' : 'This is the first cue.');
    else this.go({ cueId: column.cue.cueId }, { replace: true });
  }

  /** Clears the selection in this cue; without one, goes back to the contact sheet. */
  private back(): void {
    const { route } = this;
    if (this.selecting.selected().length > 0) this.selecting.selectNone();
    else if (route !== undefined) this.context.go({ view: 'sheet', show: route.show, filter: route.filter });
  }

  private on(cell: CellPosition, act: (ref: VariantRef) => void): void {
    const variant = this.variants[this.indexOf(cell)];
    if (variant !== undefined) act(this.refTo(variant[0]));
  }

  private stretch(from: VariantRef, to: VariantRef): readonly VariantRef[] {
    const [a, b] = [this.indexOfVariant(from.variantId), this.indexOfVariant(to.variantId)];
    if (a < 0 || b < 0) return [to];
    return this.variants.slice(Math.min(a, b), Math.max(a, b) + 1).map(([id]) => this.refTo(id));
  }

  private target(key: string, from: CellPosition, page: number): CellPosition | undefined {
    const { columns } = this.wall;
    const index = targetInLines(key, this.indexOf(from), { page, columns, count: this.variants.length });
    return index === undefined ? undefined : this.positionOf(index);
  }

  private refTo(variantId: number): VariantRef {
    return { cueId: this.route?.cueId ?? '', variantId };
  }

  private indexOf({ column, row }: CellPosition): number {
    return row * this.wall.columns + column;
  }

  private positionOf(index: number): CellPosition {
    return { column: index % this.wall.columns, row: Math.floor(index / this.wall.columns) };
  }

  private indexOfVariant(variantId: number): number {
    return this.variants.findIndex(([id]) => id === variantId);
  }

  private content(): GridContent {
    const { columns } = this.wall;
    const { data } = this.context;
    const factsAt = (column: number, row: number) => this.factsAt({ column, row });
    return {
      columns: Math.min(columns, this.variants.length),
      rowsOf: (column) => Math.ceil((this.variants.length - column) / columns),
      keyOf: (column, row) => JSON.stringify(factsAt(column, row)),
      cell: (column, row) => {
        const facts = factsAt(column, row);
        return facts === undefined ? el('div') : tileOf(facts, data);
      },
      dispose: (cell) => data.pictures.drop(cell),
      headingKeyOf: () => '',
      heading: () => el('div'),
    };
  }

  private factsAt(cell: CellPosition): VariantFacts | undefined {
    const variant = this.variants[this.indexOf(cell)];
    if (this.cue === undefined || variant === undefined) return undefined;
    const { cellWidth, cellHeight } = this.wall;
    return variantFacts(this.cue, variant, this.context, Math.max(cellWidth, cellHeight));
  }
}
