/**
 * A grid of any size: columns × rows of fixed-size cells under sticky column headings, of which only the visible cells are in
 * the document. One cell is active; arrow keys move it, and it stays in the document even when it is scrolled out of sight, so
 * that the keyboard focus is never lost.
 */
import { el, setAttribute } from '../base/dom.js';
import { onLongPress } from '../base/long-press.js';
import type { CellPosition, GridContent, GridHandlers, GridSize, Scroll } from './grid-content.js';
import { dropAllBut, insertAt, span, withActive } from './grid-window.js';

interface Drawn {
  readonly key: string;
  readonly element: HTMLElement;
}

export class VirtualGrid {
  readonly element: HTMLElement;
  private readonly headings = el('div', { role: 'row', class: 'grid-head', 'aria-rowindex': 1 });
  private readonly body = el('div', { role: 'rowgroup', class: 'grid-body' });
  private readonly rows = new Map<number, { element: HTMLElement; cells: Map<number, Drawn> }>();
  private readonly drawnHeadings = new Map<number, Drawn>();
  private readonly observer = new ResizeObserver(() => this.draw());
  private frame = 0;
  private rowCount = 0;
  private activeCell: CellPosition = { column: 0, row: 0 };

  constructor(
    label: string,
    private content: GridContent,
    private size: GridSize,
    private readonly handlers: GridHandlers,
  ) {
    this.element = el(
      'div',
      {
        role: 'grid',
        class: 'grid',
        'aria-label': label,
        'aria-multiselectable': 'true',
        onscroll: () => this.drawSoon(),
        onkeydown: (event: KeyboardEvent) => this.moveByKey(event),
        onmousedown: (event: MouseEvent) => this.positionOf(event.target) && event.preventDefault(),
        onclick: (event: MouseEvent) => this.press(event),
        onfocusin: (event: FocusEvent) => this.follow(event),
      },
      ...(size.headingHeight > 0
        ? [el('div', { role: 'rowgroup', class: 'grid-headings' }, this.headings)]
        : []),
      this.body,
    );
    onLongPress(this.element, (on) => this.longPress(on));
    this.observer.observe(this.element);
  }

  get active(): CellPosition {
    return this.activeCell;
  }

  get scroll(): Scroll {
    return { left: this.element.scrollLeft, top: this.element.scrollTop };
  }

  scrollTo({ left, top }: Scroll): void {
    this.element.scrollTo({ left, top, behavior: 'instant' });
    this.draw();
  }

  close(): void {
    this.clear();
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
  }

  /** Sets the content, or the same content in another size. */
  update(content: GridContent, size: GridSize = this.size): void {
    const resized = !sameSize(size, this.size);
    this.content = content;
    this.size = size;
    if (resized) this.clear();
    this.rowCount = Array.from({ length: content.columns }, (_, column) => content.rowsOf(column)).reduce(
      (most, rows) => Math.max(most, rows),
      0,
    );
    setAttribute(this.element, 'aria-colcount', content.columns);
    setAttribute(this.element, 'aria-rowcount', this.rowCount + this.firstRowIndex - 1);
    this.activeCell = this.clamped(this.activeCell);
    this.draw();
  }

  /** Makes a cell the active one; `focus` also scrolls to it and gives it the keyboard. */
  activate(cell: CellPosition, { focus }: { readonly focus: boolean }): void {
    const before = this.elementAt(this.activeCell);
    if (before !== undefined) before.tabIndex = -1;
    this.activeCell = this.clamped(cell);
    if (focus) this.reveal(this.activeCell);
    this.draw();
    const element = this.elementAt(this.activeCell);
    if (element !== undefined) element.tabIndex = 0;
    if (focus) element?.focus({ preventScroll: true });
  }

  private clamped({ column, row }: CellPosition): CellPosition {
    const safeColumn = Math.min(Math.max(column, 0), Math.max(this.content.columns - 1, 0));
    const rows = this.content.columns === 0 ? 0 : this.content.rowsOf(safeColumn);
    return { column: safeColumn, row: Math.min(Math.max(row, 0), Math.max(rows - 1, 0)) };
  }

  /** Scrolls until a cell is visible. */
  reveal({ column, row }: CellPosition): void {
    const { cellWidth, cellHeight, headingHeight } = this.size;
    const view = this.element;
    const left = column * cellWidth;
    const top = row * cellHeight;
    const bodyHeight = view.clientHeight - headingHeight;
    if (left < view.scrollLeft) view.scrollLeft = left;
    else if (left + cellWidth > view.scrollLeft + view.clientWidth)
      view.scrollLeft = left + cellWidth - view.clientWidth;
    if (top < view.scrollTop) view.scrollTop = top;
    else if (top + cellHeight > view.scrollTop + bodyHeight) view.scrollTop = top + cellHeight - bodyHeight;
  }

  private drawSoon(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    const { cellWidth, cellHeight, headingHeight } = this.size;
    this.body.style.width = `${this.content.columns * cellWidth}px`;
    this.body.style.height = `${this.rowCount * cellHeight}px`;
    this.headings.style.width = this.body.style.width;
    this.headings.style.height = `${headingHeight}px`;
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.element;
    const columns = span(scrollLeft, clientWidth, cellWidth, this.content.columns);
    const rows = span(scrollTop, clientHeight - headingHeight, cellHeight, this.rowCount);
    this.drawHeadings(columns);
    this.drawRows(withActive(rows, this.activeCell.row, this.rowCount), columns);
  }

  private drawHeadings(columns: readonly number[]): void {
    dropAllBut(this.drawnHeadings, new Set(columns), ({ element }) => element.remove());
    for (const column of columns) {
      const key = this.content.headingKeyOf(column);
      const drawn = this.drawnHeadings.get(column);
      if (drawn?.key === key) continue;
      drawn?.element.remove();
      const element = this.place(this.content.heading(column), 'columnheader', column);
      insertAt(this.headings, element, column);
      this.drawnHeadings.set(column, { key, element });
    }
  }

  private drawRows(rows: readonly number[], columns: readonly number[]): void {
    dropAllBut(this.rows, new Set(rows), (row) => this.discard(row.element));
    for (const row of rows) {
      const wanted = withActive(
        columns,
        this.activeCell.row === row ? this.activeCell.column : -1,
        this.content.columns,
      );
      this.drawRow(
        row,
        wanted.filter((column) => row < this.content.rowsOf(column)),
      );
    }
  }

  private drawRow(row: number, columns: readonly number[]): void {
    const { element, cells } = this.rows.get(row) ?? this.newRow(row);
    dropAllBut(cells, new Set(columns), (drawn) => this.discard(drawn.element));
    for (const column of columns) {
      const key = this.content.keyOf(column, row);
      const drawn = cells.get(column);
      if (drawn?.key === key) continue;
      const hadFocus = drawn?.element === document.activeElement;
      if (drawn !== undefined) this.discard(drawn.element);
      const cell = this.place(this.content.cell(column, row), 'gridcell', column);
      cell.tabIndex = column === this.activeCell.column && row === this.activeCell.row ? 0 : -1;
      insertAt(element, cell, column);
      cells.set(column, { key, element: cell });
      if (hadFocus) cell.focus({ preventScroll: true });
    }
    if (cells.size === 0) {
      element.remove();
      this.rows.delete(row);
    }
  }

  private newRow(row: number): { element: HTMLElement; cells: Map<number, Drawn> } {
    const element = el('div', { role: 'row', class: 'grid-row', 'aria-rowindex': row + this.firstRowIndex });
    element.style.transform = `translateY(${row * this.size.cellHeight}px)`;
    this.body.append(element);
    const made = { element, cells: new Map<number, Drawn>() };
    this.rows.set(row, made);
    return made;
  }

  private place(element: HTMLElement, role: string, column: number): HTMLElement {
    setAttribute(element, 'role', role);
    setAttribute(element, 'aria-colindex', column + 1);
    element.style.left = `${column * this.size.cellWidth}px`;
    element.style.width = `${this.size.cellWidth}px`;
    element.style.height = `${role === 'gridcell' ? this.size.cellHeight : this.size.headingHeight}px`;
    return element;
  }

  private clear(): void {
    dropAllBut(this.rows, new Set(), (row) => this.discard(row.element));
    dropAllBut(this.drawnHeadings, new Set(), ({ element }) => element.remove());
  }

  /** Removes a cell or a row of cells. */
  private discard(element: HTMLElement): void {
    this.content.dispose(element);
    element.remove();
  }

  private elementAt({ column, row }: CellPosition): HTMLElement | undefined {
    return this.rows.get(row)?.cells.get(column)?.element;
  }

  private positionOf(target: EventTarget | null): CellPosition | undefined {
    const cell = target instanceof Element ? target.closest('[role=gridcell]') : null;
    const row = cell?.closest('[role=row]');
    if (cell === null || !row) return undefined;
    return {
      column: Number(cell.getAttribute('aria-colindex')) - 1,
      row: Number(row.getAttribute('aria-rowindex')) - this.firstRowIndex,
    };
  }

  /** For screen readers, rows count from 1, headings included. */
  private get firstRowIndex(): number {
    return this.size.headingHeight > 0 ? 2 : 1;
  }

  private press(event: MouseEvent): void {
    const cell = this.positionOf(event.target);
    if (cell === undefined) return;
    this.activate(cell, { focus: false });
    this.elementAt(cell)?.focus({ preventScroll: true });
    this.handlers.press(cell, event);
  }

  private longPress(on: Element): void {
    const cell = this.positionOf(on);
    if (cell === undefined) return;
    this.activate(cell, { focus: false });
    this.handlers.longPress(cell);
  }

  private follow(event: FocusEvent): void {
    const cell = this.positionOf(event.target);
    if (cell !== undefined && (cell.column !== this.activeCell.column || cell.row !== this.activeCell.row))
      this.activate(cell, { focus: false });
  }

  private moveByKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.positionOf(event.target) === undefined) return;
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.size.cellHeight) - 1);
    const to = this.handlers.target(event.key, this.activeCell, page);
    if (to === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    event.stopPropagation();
    if (to === undefined) this.handlers.open(this.activeCell);
    else this.move(to, { extend: event.shiftKey });
  }

  private move(to: CellPosition, how: { readonly extend: boolean }): void {
    this.activate(to, { focus: true });
    this.handlers.moved(this.activeCell, how);
  }
}

const sameSize = (a: GridSize, b: GridSize): boolean =>
  a.cellWidth === b.cellWidth && a.cellHeight === b.cellHeight && a.headingHeight === b.headingHeight;
