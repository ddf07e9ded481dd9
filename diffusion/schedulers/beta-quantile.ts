/**
 * The inverse of the beta distribution with both parameters 0.6, on which "Beta Sampling is All You Need" (arXiv
 * 2407.12173) puts sigmas. SciPy's `beta.ppf` is not at hand; this is the power series of the incomplete beta function
 * (DLMF 8.17.7), inverted by halving intervals.
 */

/** Both parameters, as diffusers has them. */
const SHAPE = 0.6;
/** Up to x = 0.5 each term is at most half of the one before: below a double's last bit. */
const TERMS = 60;
/** Enough to reach a double's last bit from any start. */
const HALVINGS = 60;

/** x such that a beta-distributed value is below it with probability p; both from 0 to 1. */
export function betaQuantile(p: number): number {
  if (p > 0.5) return 1 - betaQuantile(1 - p);
  const wanted = 2 * p * incomplete(0.5);
  let [low, high] = [0, 0.5];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (incomplete(middle) < wanted) low = middle;
    else high = middle;
  }
  return p === 0 ? 0 : (low + high) / 2;
}

/** The incomplete beta function, not normalised: at 0.5 it is half of the whole. @param x from 0 to 0.5 */
function incomplete(x: number): number {
  let [sum, factor] = [0, 1];
  for (let n = 0; n < TERMS; n++) {
    sum += factor / (SHAPE + n);
    factor *= (x * (1 - SHAPE + n)) / (n + 1);
  }
  return x ** SHAPE * sum;
}
