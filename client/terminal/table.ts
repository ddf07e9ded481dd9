/**
 * Plain-text tables: columns as wide as their content, numbers to the right, long texts cut to the terminal.
 */
import { oneLine } from '../../domain/printable.js';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number;
  /** Longest text shown; the rest becomes `…`. */
  readonly maxWidth?: number;
}

/** Lays out rows under their titles, separated by two spaces. */
export function formatTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const laidOut = columns.map((column) => layOut(column, rows));
  return [-1, ...rows.keys()]
    .map((row) =>
      laidOut
        .map(({ cells, title, pad }) => pad(row < 0 ? title : (cells[row] ?? '')))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function layOut<Row>({ title, value, maxWidth = Infinity }: Column<Row>, rows: readonly Row[]) {
  const values = rows.map(value);
  const cells = values.map((cell) => cut(oneLine(String(cell).replace(/\s+/g, ' ')), maxWidth));
  const width = Math.max(title.length, ...cells.map((cell) => [...cell].length));
  const padding = (cell: string) => ' '.repeat(Math.max(0, width - [...cell].length));
  const numeric = values.every((cell) => typeof cell === 'number');
  return {
    title,
    cells,
    pad: (cell: string) => (numeric ? padding(cell) + cell : cell + padding(cell)),
  };
}

/** Shortens a text to `width` characters, the last one being `…`. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}
