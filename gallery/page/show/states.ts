/**
 * The states of a variant for people: a word, a sign (so that colour is never the only mark), and the meaning.
 */
import type { VariantState } from '../../show-index.js';

export const STATE_WORDS: Record<VariantState, { word: string; sign: string; meaning: string }> = {
  stored: { word: 'stored', sign: '', meaning: 'all its objects are stored' },
  degraded: {
    word: 'degraded',
    sign: '◐',
    meaning: 'a preview could not be stored; the pace is true all the same',
  },
  incomplete: { word: 'incomplete', sign: '…', meaning: 'some of its objects are not stored (yet)' },
  'in-flight': { word: 'in flight', sign: '▸', meaning: 'being generated or uploaded right now' },
  missing: { word: 'missing', sign: '–', meaning: 'nothing is stored' },
};
