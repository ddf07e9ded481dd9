/**
 * The contact sheet: time runs from left to right, one column a cue, its variants below each other.
 */
import { announce, el, setAttribute } from './base/dom.js';
import { recall, remember } from './base/remembered.js';
import { filterBar } from './filter-bar.js';
import type { CellPosition, GridContent } from './grid/grid-content.js';
import { VirtualGrid } from './grid/virtual-grid.js';
import { type Column, columnsOf, programsOf } from './show/columns.js';
import { type Filter, NO_FILTER, type Route, sameFilter, type VariantRef } from './show/route.js';
import { type VariantFacts, variantFacts } from './show/variant-facts.js';
import { headingOf, isTileSize, TILE_SIZES, type TileSize, tileOf } from './tiles.js';
import type { Context, View } from './view.js';

/** Under this name the browser remembers how large the tiles are. */
const TILE_SIZE = 'tile size';

const FIRST_CELL: CellPosition = { column: 0, row: 0 };

export class SheetView implements View {
  readonly element: HTMLElement;
  private route: Extract<Route, { view: 'sheet' }> | undefined;
  private columns: readonly Column[] = [];
  private readonly grid: VirtualGrid;
  private readonly bar: ReturnType<typeof filterBar>;
  private tileSize = rememberedSize();
  /** How far the whole show was scrolled before it was searched. */
  private scrollBefore: (Scroll & { readonly at: VariantRef | undefined }) | undefined;
  private readonly empty = el('p', { class: 'notice', hidden: true }, 'No variant matches.');

  constructor(private readonly context: Context) {
    this.bar = filterBar({
      onFilter: (filter) => context.go({ view: 'sheet', show: context.show, filter }, { replace: true }),
      onSize: (size) => this.resize(size),
      size: this.tileSize,
    });
    this.grid = new VirtualGrid(
      'Contact sheet: cues from left to right, variants from top to bottom',
      this.content(),
      TILE_SIZES[this.tileSize],
      {
        open: (cell) => this.open(cell),
        moved: (cell) => this.reached(cell),
      },
    );
    this.element = el('div', { class: 'sheet' }, this.bar.element, this.empty, this.grid.element);
  }

  show(route: Route): boolean {
    if (route.view !== 'sheet') return false;
    const { data } = this.context;
    const isFirst = this.route === undefined;
    const before = this.route?.filter;
    this.route = route;
    this.columns = columnsOf(data.cues, route.filter);
    this.bar.update(route.filter, programsOf(data.cues), data.cues, data.counts);
    setAttribute(this.empty, 'hidden', this.columns.length > 0);
    const scroll = this.grid.scroll;
    this.grid.update(this.content());
    this.keepPlace({ focus: isFirst });
    if (before !== undefined && !sameFilter(before, route.filter)) this.filterChanged(before, scroll);
    return true;
  }

  key(event: KeyboardEvent): boolean {
    const at = this.refAt(this.grid.active);
    if (event.key === '/') this.bar.focusSearch();
    else if (event.key === '+' || event.key === '-') this.bar.step(event.key === '+' ? 1 : -1);
    else if ((event.key === 'm' || event.key === ' ') && at !== undefined) this.context.toggleMark(at);
    else if (event.key.startsWith('Arrow') || event.key === 'Enter') this.enter();
    else return false;
    return true;
  }

  /** Gives the keyboard to the active tile. */
  private enter(): void {
    this.grid.activate(this.grid.active, { focus: true });
    this.reached(this.grid.active);
  }

  private get filter(): Filter {
    return this.route?.filter ?? NO_FILTER;
  }

  close(): void {
    this.grid.close();
  }

  /** The variant that was reached stays the active one wherever it is among what matches; where it isn't, the first is. */
  private keepPlace({ focus }: { readonly focus: boolean }): void {
    const { at } = this.context.place;
    const cell = at === undefined ? undefined : this.positionOf(at);
    this.grid.activate(cell ?? FIRST_CELL, { focus: focus && cell !== undefined });
  }

  /** A search begins at what was reached or at its first match; the whole show is again where it was left. */
  private filterChanged(before: Filter, scroll: Scroll): void {
    if (sameFilter(before, NO_FILTER)) this.scrollBefore = { ...scroll, at: this.context.place.at };
    const { at } = this.context.place;
    const left = this.scrollBefore;
    if (left !== undefined && left.at === at && sameFilter(this.filter, NO_FILTER)) this.grid.scrollTo(left);
    else this.grid.reveal(this.grid.active);
    announce(`${this.columns.length} cues match`);
  }

  private reached(cell: CellPosition): void {
    this.context.place.at = this.refAt(cell) ?? this.context.place.at;
  }

  private resize(size: TileSize): void {
    this.tileSize = size;
    remember(TILE_SIZE, size);
    this.grid.update(this.content(), TILE_SIZES[size]);
    this.grid.reveal(this.grid.active);
  }

  private open(cell: CellPosition): void {
    const at = this.refAt(cell);
    if (at === undefined) return;
    this.context.go({ view: 'variant', show: this.context.show, filter: this.filter, at });
  }

  private refAt({ column, row }: CellPosition): VariantRef | undefined {
    const found = this.columns[column];
    const variant = found?.variants[row];
    return found === undefined || variant === undefined
      ? undefined
      : { cueId: found.cue.cueId, variantId: variant[0] };
  }

  private positionOf({ cueId, variantId }: VariantRef): CellPosition | undefined {
    const column = this.columns.findIndex(({ cue }) => cue.cueId === cueId);
    const row = this.columns[column]?.variants.findIndex(([id]) => id === variantId) ?? -1;
    return row < 0 ? undefined : { column, row };
  }

  private content(): GridContent {
    const { columns } = this;
    const { pictures } = this.context.data;
    return {
      columns: columns.length,
      rowsOf: (column) => columns[column]?.variants.length ?? 0,
      keyOf: (column, row) => JSON.stringify(this.factsAt(column, row)),
      cell: (column, row) => {
        const facts = this.factsAt(column, row);
        return facts === undefined ? el('div') : tileOf(facts, pictures);
      },
      dispose: (cell) => pictures.drop(cell),
      headingKeyOf: (column) => JSON.stringify([columns[column]?.cue.cueId, columns[column]?.cue.facts]),
      heading: (column) => headingOf(columns[column]?.cue),
    };
  }

  private factsAt(column: number, row: number): VariantFacts | undefined {
    const found = this.columns[column];
    const variant = found?.variants[row];
    if (found === undefined || variant === undefined) return undefined;
    const { api, data, marks, show } = this.context;
    return variantFacts(found.cue, variant, {
      isMarked: (ref) => marks.has(ref),
      pictureOf: (ref, stamp) => api.thumbnailAddress(show, ref, stamp),
      failureOf: (address) => data.pictures.failureOf(address),
    });
  }
}

interface Scroll {
  readonly left: number;
  readonly top: number;
}

function rememberedSize(): TileSize {
  const size = recall(TILE_SIZE);
  return typeof size === 'string' && isTileSize(size) ? size : 'medium';
}
