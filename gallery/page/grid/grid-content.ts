/**
 * What a virtual grid shows, its measures, and what it tells of.
 */
export interface GridContent {
  readonly columns: number;
  rowsOf(column: number): number;
  /** Changes exactly when the cell has to be drawn again. */
  keyOf(column: number, row: number): string;
  cell(column: number, row: number): HTMLElement;
  /** Told of a cell that nobody will see any more. */
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
  /** The person went to another cell; with Shift held they mean all cells between. */
  moved(cell: CellPosition, how: { readonly extend: boolean }): void;
  /** Where a key leads from a cell; undefined for keys that do not move. */
  target(key: string, from: CellPosition, page: number): CellPosition | undefined;
}
