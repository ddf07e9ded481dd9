/**
 * What cues and variants are called: by their prompt, which is how people know them; by the cue id where no show file
 * says what the prompt is.
 */
import type { CueEntry } from '../../show-index.js';

/** Enough to tell one prompt from another, short enough to be listened to. */
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
