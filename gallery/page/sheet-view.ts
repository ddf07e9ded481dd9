/**
 * The contact sheet: time runs from left to right, one column a cue, its variants below each other.
 */
import { stateOf } from '../show-index.js';
import { announce, el, setAttribute } from './base/dom.js';
import { filterBar } from './filter-bar.js';
import type { CellPosition, GridContent } from './grid/grid-content.js';
import { VirtualGrid } from './grid/virtual-grid.js';
import { type Column, columnsOf, countStates, programsOf } from './show/columns.js';
import { type Filter, NO_FILTER, type Route, type VariantRef } from './show/route.js';
import { headingOf, TILE_SIZES, type TileSize, tileOf } from './tiles.js';
import type { Context, View } from './view.js';

/** Where the sheet was left, so that coming back from a variant finds the same place. */
let lastActive: VariantRef | undefined;
let tileSize: TileSize = 'medium';

export class SheetView implements View {
  readonly element: HTMLElement;
  private filter: Filter = NO_FILTER;
  private columns: readonly Column[] = [];
  private readonly grid: VirtualGrid;
  private readonly bar: ReturnType<typeof filterBar>;
  private readonly empty = el('p', { class: 'notice', hidden: true }, 'No variant matches.');

  constructor(private readonly context: Context) {
    this.bar = filterBar({
      onFilter: (filter) => context.go({ view: 'sheet', show: context.show, filter }, { replace: true }),
      onSize: (size) => this.resize(size),
      size: tileSize,
    });
    this.grid = new VirtualGrid(
      'Contact sheet: cues from left to right, variants from top to bottom',
      this.content(),
      TILE_SIZES[tileSize],
      {
        open: (cell) => this.open(cell),
      },
    );
    this.element = el('div', { class: 'sheet' }, this.bar.element, this.empty, this.grid.element);
  }

  show(route: Route): boolean {
    if (route.view !== 'sheet') return false;
    const first = this.columns.length === 0;
    const active = first ? lastActive : this.refAt(this.grid.active);
    const filtered = route.filter !== this.filter;
    this.filter = route.filter;
    this.columns = columnsOf(this.context.data.cues, route.filter);
    this.bar.update(
      route.filter,
      programsOf(this.context.data.cues),
      this.context.data.cues,
      countStates(this.context.data.cues),
    );
    setAttribute(this.empty, 'hidden', this.columns.length > 0);
    this.grid.update(this.content());
    if (active !== undefined) this.grid.activate(this.positionOf(active), { focus: first });
    if (filtered && !first) announce(`${this.columns.length} cues match`);
    return true;
  }

  key(event: KeyboardEvent): boolean {
    const at = this.refAt(this.grid.active);
    if (event.key === '/') this.bar.focusSearch();
    else if (event.key === '+' || event.key === '-') this.bar.step(event.key === '+' ? 1 : -1);
    else if ((event.key === 'm' || event.key === ' ') && at !== undefined) this.context.toggleMark(at);
    else if (event.key.startsWith('Arrow') || event.key === 'Enter')
      this.grid.activate(this.grid.active, { focus: true });
    else return false;
    return true;
  }

  close(): void {
    this.grid.close();
  }

  private resize(size: TileSize): void {
    tileSize = size;
    this.grid.update(this.content(), TILE_SIZES[size]);
    this.grid.activate(this.grid.active, { focus: false });
  }

  private open(cell: CellPosition): void {
    const at = this.refAt(cell);
    if (at === undefined) return;
    lastActive = at;
    this.context.go({ view: 'variant', show: this.context.show, filter: this.filter, at });
  }

  private refAt({ column, row }: CellPosition): VariantRef | undefined {
    const found = this.columns[column];
    const variant = found?.variants[row];
    return found === undefined || variant === undefined
      ? undefined
      : { cueId: found.cue.cueId, variantId: variant[0] };
  }

  private positionOf({ cueId, variantId }: VariantRef): CellPosition {
    const column = this.columns.findIndex(({ cue }) => cue.cueId === cueId);
    const row = this.columns[column]?.variants.findIndex(([id]) => id === variantId) ?? 0;
    return { column: Math.max(column, 0), row: Math.max(row, 0) };
  }

  private content(): GridContent {
    const { columns, context } = this;
    const variantAt = (column: number, row: number) => columns[column]?.variants[row];
    return {
      columns: columns.length,
      rowsOf: (column) => columns[column]?.variants.length ?? 0,
      keyOf: (column, row) => {
        const ref = this.refAt({ column, row });
        const marked = ref !== undefined && context.marks.has(ref);
        return `${columns[column]?.cue.cueId}/${variantAt(column, row)?.join('/')}/${marked}`;
      },
      cell: (column, row) => {
        const found = columns[column];
        const variant = variantAt(column, row);
        if (found === undefined || variant === undefined) return el('div');
        const ref = { cueId: found.cue.cueId, variantId: variant[0] };
        return tileOf(ref, stateOf(variant), {
          thumbnail:
            variant[2] === '' ? undefined : context.api.thumbnailAddress(context.show, ref, variant[2]),
          marked: context.marks.has(ref),
        });
      },
      headingKeyOf: (column) => JSON.stringify([columns[column]?.cue.cueId, columns[column]?.cue.facts]),
      heading: (column) => headingOf(columns[column]?.cue),
    };
  }
}
