/**
 * A show in one line of the list of shows.
 */
import { type ShowIndex, type ShowSummary, stateOf } from './show-index.js';

export function summaryOf({ project, version, cues }: ShowIndex): ShowSummary {
  const variants = cues.flatMap((cue) => cue.variants);
  const stored = variants.filter((variant) => ['stored', 'degraded'].includes(stateOf(variant))).length;
  return { project, version, cues: cues.length, variants: variants.length, stored };
}
