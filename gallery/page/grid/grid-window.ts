/**
 * Which cells of a virtual grid can be seen, and putting them into the document and out again.
 */
/** Drawn beyond each edge, so that slow scrolling shows no empty tiles. */
const OVERSCAN_CELLS = 1;

/** Indices of the cells between `start` and `start + length` pixels, with a little more on either side. */
export function span(start: number, length: number, cell: number, count: number): number[] {
  const first = Math.max(Math.floor(start / cell) - OVERSCAN_CELLS, 0);
  const last = Math.min(Math.ceil((start + length) / cell) + OVERSCAN_CELLS, count);
  return Array.from({ length: Math.max(last - first, 0) }, (_, index) => first + index);
}

/** The indices and the active one, which is drawn wherever it is. */
export const withActive = (indices: readonly number[], active: number, count: number): readonly number[] =>
  active < 0 || active >= count || indices.includes(active) ? indices : [...indices, active];

/** Drops every entry whose key is not to be kept. */
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

/** Keeps the order of the document the order of the columns, which is what screen readers read. */
export function insertAt(parent: HTMLElement, child: HTMLElement, column: number): void {
  const next = [...parent.children].find(
    (sibling) => Number(sibling.getAttribute('aria-colindex')) > column + 1,
  );
  parent.insertBefore(child, next ?? null);
}
