/**
 * What a virtual grid shows, and its measures.
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

export interface GridSize {
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly headingHeight: number;
}
