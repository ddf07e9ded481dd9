/**
 * Names of cues and variants for people: their prompt; the cue id, if no show file has the prompt.
 */
import type { CueEntry } from '../../show-index.js';

/** Enough to tell prompts apart, and short enough for a screen reader to read aloud. */
const LABEL_CHARACTERS = 100;

/** The whole prompt. */
export function promptOf({ cueId, facts }: CueEntry): string {
  const prompt = facts?.prompt.trim() ?? '';
  return prompt === '' ? cueId : prompt;
}

/** The prompt, cut where it is long. */
export function cueName(cue: CueEntry, characters = LABEL_CHARACTERS): string {
  const prompt = promptOf(cue).replace(/\s+/g, ' ');
  return prompt.length <= characters ? prompt : `${prompt.slice(0, characters - 1).trimEnd()}…`;
}
