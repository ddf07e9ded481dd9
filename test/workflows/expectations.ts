/** Variants that were denoised, and those that should have been. */

export const denoised = (events: readonly string[]): string[] =>
  events.filter((event) => event.startsWith('denoise ')).sort();

export function allVariants(cues: number, variants: number): string[] {
  return Array.from({ length: cues * variants }, (_, index) => {
    const cue = Math.floor(index / variants);
    return `denoise cue_${cue}/${(index % variants) + 1}`;
  }).sort();
}
