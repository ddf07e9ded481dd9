/**
 * Where the keys lead in a grid; the grid itself keeps the result inside its edges.
 */
import type { CellPosition } from './grid-content.js';

/** The cell that a key leads to; undefined for keys that do not move. `page` is the number of rows in sight. */
export function targetOfKey(
  key: string,
  { column, row }: CellPosition,
  { page, columns }: { readonly page: number; readonly columns: number },
): CellPosition | undefined {
  const targets: Readonly<Record<string, CellPosition>> = {
    ArrowLeft: { column: column - 1, row },
    ArrowRight: { column: column + 1, row },
    ArrowUp: { column, row: row - 1 },
    ArrowDown: { column, row: row + 1 },
    PageUp: { column, row: row - page },
    PageDown: { column, row: row + page },
    Home: { column: 0, row },
    End: { column: columns - 1, row },
  };
  return targets[key];
}
