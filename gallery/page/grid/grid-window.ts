/**
 * The visible cells of a virtual grid, and adding them to the document and removing them.
 */
/** Cells drawn beyond each edge, so that slow scrolling shows no empty tiles. */
const OVERSCAN_CELLS = 1;

/** Indices of the cells between `start` and `start + length` pixels, and of {@link OVERSCAN_CELLS} more on either side. */
export function span(start: number, length: number, cell: number, count: number): number[] {
  const first = Math.max(Math.floor(start / cell) - OVERSCAN_CELLS, 0);
  const last = Math.min(Math.ceil((start + length) / cell) + OVERSCAN_CELLS, count);
  return Array.from({ length: Math.max(last - first, 0) }, (_, index) => first + index);
}

/** The indices and the active one, which is always drawn. */
export const withActive = (indices: readonly number[], active: number, count: number): readonly number[] =>
  active < 0 || active >= count || indices.includes(active) ? indices : [...indices, active];

/** Removes every entry whose key is not to be kept. */
export function dropAllBut<Value>(
  map: Map<number, Value>,
  keep: ReadonlySet<number>,
  drop: (value: Value) => void,
): void {
  for (const [key, value] of map) {
    if (keep.has(key)) continue;
    map.delete(key);
    drop(value);
  }
}

/** Inserts a child so that the document has the order of the columns, in which screen readers read. */
export function insertAt(parent: HTMLElement, child: HTMLElement, column: number): void {
  const next = [...parent.children].find(
    (sibling) => Number(sibling.getAttribute('aria-colindex')) > column + 1,
  );
  parent.insertBefore(child, next ?? null);
}
