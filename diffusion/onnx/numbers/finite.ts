/** Whether a tensor holds numbers only; a plain loop, since it runs on every step and on every pixel. */
export function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    // Infinity - Infinity and NaN - NaN are NaN; asking Number.isFinite takes several times as long.
    if (value - value !== 0) return false;
  }
  return true;
}
