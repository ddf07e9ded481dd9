/**
 * The interfaces of a virtual grid: its content, its sizes, and its events.
 */
export interface GridContent {
  readonly columns: number;
  rowsOf(column: number): number;
  /** A cell is drawn again exactly when its key changes. */
  keyOf(column: number, row: number): string;
  cell(column: number, row: number): HTMLElement;
  /** Called with a cell that has been removed. */
  dispose(cell: HTMLElement): void;
  headingKeyOf(column: number): string;
  heading(column: number): HTMLElement;
}

export interface CellPosition {
  readonly column: number;
  readonly row: number;
}

/** Pixels; a grid with a heading height of 0 has no headings. */
export interface GridSize {
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly headingHeight: number;
}

export interface Scroll {
  readonly left: number;
  readonly top: number;
}

export interface GridHandlers {
  /** Enter. */
  open(cell: CellPosition): void;
  /** A click or a tap. */
  press(cell: CellPosition, event: MouseEvent): void;
  longPress(cell: CellPosition): void;
  /** Called when another cell has become active; `extend`: Shift was held, to select all cells in between. */
  moved(cell: CellPosition, how: { readonly extend: boolean }): void;
  /** The cell that a key leads to; undefined for keys that do not move. */
  target(key: string, from: CellPosition, page: number): CellPosition | undefined;
}
