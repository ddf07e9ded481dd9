/**
 * Sizes and durations in words.
 */

/** `3.2 GB`; decimal units, as stores bill. */
export function describeBytes(bytes: number): string {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

/** `1 h 5 min`, `6 h`, `3 min 20 s`, `8 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole >= 3600) return parts([Math.floor(whole / 3600), 'h'], [Math.floor((whole % 3600) / 60), 'min']);
  return whole >= 60 ? parts([Math.floor(whole / 60), 'min'], [whole % 60, 's']) : `${whole} s`;
}

const parts = (large: [number, string], small: [number, string]): string =>
  (small[0] === 0 ? [large] : [large, small]).map((part) => part.join(' ')).join(' ');
