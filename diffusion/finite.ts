/** Whether a tensor holds numbers only; a plain loop, since it runs on every step and on every pixel. */
export function allFinite(values: Float32Array): boolean {
  for (const value of values) {
    if (!Number.isFinite(value)) return false;
  }
  return true;
}
