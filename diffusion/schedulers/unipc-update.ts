/**
 * The update formula of UniPC (arXiv 2302.04867, algorithms 5 to 8): UniP without, UniC with the prediction at the step's
 * end. Coefficients are computed in float32 as torch does, but for the small linear system.
 */
import { combine } from './schedule.js';
import type { SolverPoint } from './solver-point.js';

const f32 = Math.fround;

export interface UniPcForm {
  readonly solver: 'bh1' | 'bh2';
  readonly overPictures: boolean;
}

/**
 * @param points levels at the step's end, at its start, and of as many older predictions as the order asks for
 * @param latents at the step's start
 * @param known predictions, the oldest first; the last one at the step's start
 * @param fresh the prediction at the step's end: then this is the corrector
 */
export function uniPcUpdate(
  { solver, overPictures }: UniPcForm,
  [to, from, ...older]: readonly SolverPoint[],
  latents: Float32Array,
  known: readonly Float32Array[],
  fresh?: Float32Array,
): Float32Array {
  const [m0, ...before] = [...known].reverse();
  if (!to || !from || !m0) throw new RangeError('a UniPC step without a prediction');
  const h = f32(to.lambda - from.lambda);
  const nodes = older.map(({ lambda }) => f32(f32(lambda - from.lambda) / h));
  const hh = overPictures ? -h : h;
  const phi = f32(Math.expm1(hh));
  const scale = f32(-(overPictures ? to.signal : to.noise) * (solver === 'bh1' ? hh : phi));
  const slopes = nodes.map((node, i) => slope(before[i] ?? m0, m0, node));
  if (fresh !== undefined) slopes.push(slope(fresh, m0, 1));
  const rates = weights(fresh === undefined ? nodes : [...nodes, 1], hh, solver);
  const ratio = overPictures ? f32(to.noise / from.noise) : f32(to.signal / from.signal);
  const start = combine(ratio, latents, -f32((overPictures ? to.signal : to.noise) * phi), m0);
  return slopes.reduce((sum, one, i) => combine(1, sum, f32(scale * (rates[i] ?? 0)), one), start);
}

/** (to - from) / distance in float32; a new array. */
function slope(to: Float32Array, from: Float32Array, distance: number): Float32Array {
  const result = new Float32Array(to.length);
  for (let i = 0; i < result.length; i++) result[i] = f32((to[i] ?? 0) - (from[i] ?? 0)) / distance;
  return result;
}

/**
 * What each slope counts: powers of the nodes times the weights give `b`. A single one counts a half, in diffusers' UniC
 * of order 1 and UniP of order 2.
 */
function weights(nodes: readonly number[], hh: number, solver: 'bh1' | 'bh2'): number[] {
  if (nodes.length < 2) return nodes.map(() => 0.5);
  const right = rightSide(nodes.length, hh, solver);
  return solve(right.map((b, power) => [...nodes.map((node) => node ** power), b]));
}

/** `b`: what the exact integral of each power comes to, over B(h). */
function rightSide(count: number, hh: number, solver: 'bh1' | 'bh2'): number[] {
  const phi = f32(Math.expm1(hh));
  const over = solver === 'bh1' ? hh : phi;
  let [rest, factorial] = [f32(f32(phi / hh) - 1), 1];
  return Array.from({ length: count }, (_, i) => {
    const b = f32(f32(rest * factorial) / over);
    factorial *= i + 2;
    rest = f32(f32(rest / hh) - 1 / factorial);
    return b;
  });
}

/** Gauss-Jordan elimination of a system of two or three equations, each row its coefficients and its right side. */
function solve(rows: readonly (readonly number[])[]): number[] {
  const left = rows.map((row) => [...row]);
  left.forEach((pivot, column) => {
    for (const row of left) {
      if (row === pivot) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let i = column; i < row.length; i++) row[i] = (row[i] ?? 0) - factor * (pivot[i] ?? 0);
    }
  });
  return left.map((row, i) => (row.at(-1) ?? 0) / (row[i] ?? 1));
}
