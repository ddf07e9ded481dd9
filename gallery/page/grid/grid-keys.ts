/**
 * The cell that a key leads to in a grid; the grid limits the result to its edges.
 */
import type { CellPosition } from './grid-content.js';

/** In columns of different lengths. `page` is the number of visible rows. */
export function targetInColumns(
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

/** For cells in one order that is broken into lines, like text: the index that a key leads to. */
export function targetInLines(
  key: string,
  index: number,
  { page, columns, count }: { readonly page: number; readonly columns: number; readonly count: number },
): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * page,
    PageDown: columns * page,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  if (step === undefined) return undefined;
  const leaves = Math.abs(step) === columns && columns > 1 && (index + step < 0 || index + step >= count);
  return leaves ? index : Math.min(Math.max(index + step, 0), count - 1);
}
