/**
 * Linear least squares by the normal equations: good enough for a handful of well-scaled columns, which is all that
 * previews need.
 */

/** Keeps the equations solvable where a column hardly varies. */
const RIDGE = 1e-9;

/** Collects rows one by one, so that any number of pixels fits in memory. */
export class LeastSquares {
  private readonly gram: number[][];
  private readonly moments: number[][];
  private rows = 0;

  constructor(
    private readonly columns: number,
    targets: number,
  ) {
    this.gram = Array.from({ length: columns }, () => new Array<number>(columns).fill(0));
    this.moments = Array.from({ length: columns }, () => new Array<number>(targets).fill(0));
  }

  add(row: readonly number[], target: readonly number[]): void {
    this.rows++;
    row.forEach((value, i) => {
      row.forEach((other, j) => {
        addTo(this.gram[i], j, value * other);
      });
      target.forEach((wanted, k) => {
        addTo(this.moments[i], k, value * wanted);
      });
    });
  }

  /** Coefficients, one row per column, one entry per target: Gaussian elimination with row pivoting. */
  solve(): number[][] {
    const system = this.gram.map((row, i) => [
      ...row.map((value, j) => value + (i === j ? RIDGE * this.rows : 0)),
      ...(this.moments[i] ?? []),
    ]);
    for (let column = 0; column < this.columns; column++) eliminate(system, column);
    return system.map((row, i) => row.slice(this.columns).map((value) => value / (row[i] ?? 1)));
  }
}

function eliminate(system: number[][], column: number): void {
  const candidates = system.slice(column).map((row) => Math.abs(row[column] ?? 0));
  const best = column + candidates.indexOf(Math.max(...candidates));
  const pivot = system[best];
  const current = system[column];
  if (pivot === undefined || current === undefined) return;
  system[best] = current;
  system[column] = pivot;
  for (const row of system) {
    if (row === pivot) continue;
    const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
    pivot.forEach((value, j) => {
      addTo(row, j, -factor * value);
    });
  }
}

function addTo(row: number[] | undefined, index: number, value: number): void {
  if (row !== undefined) row[index] = (row[index] ?? 0) + value;
}
