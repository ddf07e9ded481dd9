/**
 * The contact sheet: a column for each cue, from left to right in the order of the show, with its variants below each other.
 */
import { readySentence } from '../../domain/readiness.js';
import { toggleSelected } from './actions.js';
import { announce, el, setAttribute } from './base/dom.js';
import { fill, filterBar } from './filter-bar.js';
import type { CellPosition, GridContent, Scroll } from './grid/grid-content.js';
import { targetInColumns } from './grid/grid-keys.js';
import { VirtualGrid } from './grid/virtual-grid.js';
import { Selecting } from './selecting.js';
import { type Column, programsOf } from './show/columns.js';
import { type Filter, NO_FILTER, sameFilter } from './show/filter.js';
import { formatRoute, type Route, type RouteTo, type VariantRef } from './show/route.js';
import { type VariantFacts, variantFacts } from './show/variant-facts.js';
import { keepSheetSize, SHEET_SIZES, type SheetSize, sheetGrid, sheetSize } from './tile-sizes.js';
import { headingOf, tileOf } from './tiles.js';
import type { Context, View } from './view.js';

const FIRST_CELL: CellPosition = { column: 0, row: 0 };
const SIZE_NAMES = Object.keys(SHEET_SIZES) as SheetSize[];

export class SheetView implements View {
  readonly element: HTMLElement;
  private route: RouteTo<'sheet'> | undefined;
  private columns: readonly Column[] = [];
  private readonly grid: VirtualGrid;
  private readonly bar: ReturnType<typeof filterBar>;
  private readonly selecting: Selecting;
  private readonly size = el('select', { 'aria-label': 'Tile size', onchange: () => this.resize() });
  /** Scroll position and variant of the unfiltered sheet before a search. */
  private scrollBefore: (Scroll & { readonly at: VariantRef | undefined }) | undefined;
  private gridSize = sheetGrid(sheetSize());
  private readonly ready = el('p', { class: 'ready' });
  private readonly empty = el('p', { class: 'notice', hidden: true }, 'No variant matches.');

  constructor(private readonly context: Context) {
    const sizes = SIZE_NAMES.map((name) => [name, `${name} tiles`] as const);
    fill(this.size, sizes, sheetSize());
    this.bar = filterBar({
      onFilter: (filter) => context.go({ view: 'sheet', show: context.show, filter }, { replace: true }),
      controls: [this.size],
    });
    this.selecting = new Selecting(context.selection, {
      all: () => this.columns.flatMap((column) => column.variants.map(([id]) => refIn(column, id))),
      between: (from, to) => this.rectangle(from, to),
    });
    this.grid = new VirtualGrid(
      'Contact sheet: cues from left to right, variants from top to bottom',
      this.content(),
      this.gridSize,
      {
        open: (cell) => this.open(cell),
        press: (cell, event) => this.press(cell, event),
        longPress: (cell) => this.on(cell, (ref) => this.selecting.toggle(ref)),
        moved: (cell, how) => this.on(cell, (ref) => this.reach(ref, how)),
        target: (key, from, page) => targetInColumns(key, from, { page, columns: this.columns.length }),
      },
    );
    this.element = el('div', { class: 'sheet' }, this.bar.element, this.ready, this.empty, this.grid.element);
  }

  show(route: Route): boolean {
    if (route.view !== 'sheet') return false;
    const { data, place } = this.context;
    const isFirst = this.route === undefined;
    const before = this.filter;
    place.overview = 'sheet';
    this.route = route;
    this.columns = data.columns(route.filter);
    const { cues, counts } = data;
    this.bar.update(route.filter, { programs: programsOf(cues), cues, counts });
    const { readiness } = data;
    this.ready.textContent = readiness === undefined ? '' : readySentence(readiness);
    setAttribute(this.empty, 'hidden', this.columns.length > 0);
    const scroll = this.grid.scroll;
    this.gridSize = sheetGrid(sheetSize());
    this.grid.update(this.content(), this.gridSize);
    this.keepPlace({ focus: isFirst });
    if (!isFirst && !sameFilter(before, route.filter)) this.filterChanged(before, scroll);
    return true;
  }

  key(event: KeyboardEvent): boolean {
    const at = this.current();
    if (event.key === '/') this.bar.focusSearch();
    else if (event.key === '+' || event.key === '-') this.resize(event.key === '+' ? 1 : -1);
    else if (event.key === ' ' && at !== undefined) toggleSelected(at, this.context);
    else if (event.key.startsWith('Arrow') || event.key === 'Enter') this.enter();
    else return false;
    return true;
  }

  current(): VariantRef | undefined {
    return this.refAt(this.grid.active);
  }

  targets(): readonly VariantRef[] {
    return this.selecting.targets(this.current());
  }

  selectAll(): void {
    this.selecting.selectAll();
  }

  close(): void {
    this.grid.close();
  }

  private get filter(): Filter {
    return this.route?.filter ?? NO_FILTER;
  }

  /** The active variant stays active as long as it matches the filter; otherwise the first one that matches becomes active. */
  private keepPlace({ focus }: { readonly focus: boolean }): void {
    const { at } = this.context.place;
    const cell = at === undefined ? undefined : this.positionOf(at);
    this.grid.activate(cell ?? FIRST_CELL, { focus: focus && cell !== undefined });
  }

  /** A search starts at the active variant or at the first match; when it is cleared, the scroll position before it is restored. */
  private filterChanged(before: Filter, scroll: Scroll): void {
    const { at } = this.context.place;
    if (sameFilter(before, NO_FILTER)) this.scrollBefore = { ...scroll, at };
    const left = this.scrollBefore;
    if (left !== undefined && left.at === at && sameFilter(this.filter, NO_FILTER)) this.grid.scrollTo(left);
    else this.grid.reveal(this.grid.active);
    announce(`${this.columns.length} cues match`);
  }

  /** Focuses the active tile. */
  private enter(): void {
    this.grid.activate(this.grid.active, { focus: true });
    this.on(this.grid.active, (ref) => this.reach(ref, { extend: false }));
  }

  private reach(ref: VariantRef, { extend }: { readonly extend: boolean }): void {
    this.context.place.at = ref;
    if (extend) this.selecting.extendTo(ref);
    else this.selecting.begin(ref);
  }

  private press(cell: CellPosition, event: MouseEvent): void {
    const ref = this.refAt(cell);
    if (ref === undefined) return;
    this.context.place.at = ref;
    if (!this.selecting.press(ref, event)) this.open(cell);
  }

  private resize(by = 0): void {
    const { selectedIndex } = this.size;
    this.size.selectedIndex = Math.min(Math.max(selectedIndex + by, 0), SIZE_NAMES.length - 1);
    const size = SIZE_NAMES[this.size.selectedIndex] ?? 'medium';
    keepSheetSize(size);
    this.gridSize = sheetGrid(size);
    this.grid.update(this.content(), this.gridSize);
    this.grid.reveal(this.grid.active);
  }

  private open(cell: CellPosition): void {
    const at = this.refAt(cell);
    if (at === undefined) return;
    this.context.place.at = at;
    this.context.go({ view: 'variant', show: this.context.show, filter: this.filter, at });
  }

  private on(cell: CellPosition, act: (ref: VariantRef) => void): void {
    const ref = this.refAt(cell);
    if (ref !== undefined) act(ref);
  }

  private refAt({ column, row }: CellPosition): VariantRef | undefined {
    const found = this.columns[column];
    const variant = found?.variants[row];
    return found === undefined || variant === undefined ? undefined : refIn(found, variant[0]);
  }

  private positionOf({ cueId, variantId }: VariantRef): CellPosition | undefined {
    const column = this.columns.findIndex(({ cue }) => cue.cueId === cueId);
    const row = this.columns[column]?.variants.findIndex(([id]) => id === variantId) ?? -1;
    return row < 0 ? undefined : { column, row };
  }

  /** All variants in the rectangle between two of them. */
  private rectangle(from: VariantRef, to: VariantRef): readonly VariantRef[] {
    const a = this.positionOf(from);
    const b = this.positionOf(to);
    if (a === undefined || b === undefined) return [to];
    const [top, bottom] = [Math.min(a.row, b.row), Math.max(a.row, b.row)];
    return this.columns
      .slice(Math.min(a.column, b.column), Math.max(a.column, b.column) + 1)
      .flatMap((column) => column.variants.slice(top, bottom + 1).map(([id]) => refIn(column, id)));
  }

  private content(): GridContent {
    const { columns } = this;
    const { data } = this.context;
    return {
      columns: columns.length,
      rowsOf: (column) => columns[column]?.variants.length ?? 0,
      keyOf: (column, row) => JSON.stringify(this.factsAt(column, row)),
      cell: (column, row) => {
        const facts = this.factsAt(column, row);
        return facts === undefined ? el('div') : tileOf(facts, data);
      },
      dispose: (cell) => data.pictures.drop(cell),
      headingKeyOf: (column) =>
        JSON.stringify([columns[column]?.cue.cueId, columns[column]?.cue.facts, this.filter]),
      heading: (column) => {
        const cue = columns[column]?.cue;
        return cue === undefined
          ? el('div', { class: 'heading' })
          : headingOf(cue, this.cueAddress(cue.cueId));
      },
    };
  }

  private cueAddress(cueId: string): string {
    return formatRoute({ view: 'cue', show: this.context.show, filter: this.filter, cueId });
  }

  private factsAt(column: number, row: number): VariantFacts | undefined {
    const found = this.columns[column];
    const variant = found?.variants[row];
    if (found === undefined || variant === undefined) return undefined;
    return variantFacts(found.cue, variant, this.context, this.gridSize.cellWidth);
  }
}

const refIn = ({ cue }: Column, variantId: number): VariantRef => ({ cueId: cue.cueId, variantId });
