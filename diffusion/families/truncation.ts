/**
 * What a tokenizer cut off, in words for a log: which tokenizer, at how many tokens, and the beginning of the rest.
 */
import type { Tokens } from '../text/tokenizer.js';
import type { TextEncoder } from './parts.js';

/** Characters shown of what was cut: enough to find the place, short enough for a log line. */
const EXCERPT_LENGTH = 200;

/** One entry per tokenizer that cut; `of` names the prompt in it. */
export function truncations(
  cuts: readonly { readonly encoder: TextEncoder | undefined; readonly cut: Tokens | undefined }[],
  of: string,
): string[] {
  return cuts.flatMap(({ encoder, cut }) => {
    if (encoder === undefined || cut?.removed === undefined) return [];
    return [`${encoder.tokenizerPart} cut the ${of} at ${cut.ids.length} tokens: "${excerpt(cut.removed)}"`];
  });
}

function excerpt(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= EXCERPT_LENGTH) return text;
  return `${characters.slice(0, EXCERPT_LENGTH).join('')}…`;
}
