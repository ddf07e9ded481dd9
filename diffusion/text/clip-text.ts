/**
 * What transformers' `CLIPTokenizer` (the "slow" one that most pipelines name) does to a text before its
 * byte-pair encoding: the BasicTokenizer that stands in when ftfy is not installed. It drops control
 * characters and sets CJK ideographs apart, which `CLIPTokenizerFast` does not; the ids differ.
 */

const CONTROL = /[\p{C}\uFFFD]/u; // Cc, Cf, Cs, Co, Cn
const WHITESPACE = /[\t\n\r\p{Zs}]/u;
/** The blocks that BERT calls Chinese characters. */
const IDEOGRAPH =
  /[\u{4E00}-\u{9FFF}\u{3400}-\u{4DBF}\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B820}-\u{2CEAF}\u{F900}-\u{FAFF}\u{2F800}-\u{2FA1F}]/u;

/** Cleans the text between special tokens; these themselves stay as they are. */
export function cleanClipText(text: string, specialTokens: readonly string[]): string {
  return splitAt(text, specialTokens)
    .map((piece) => (specialTokens.includes(piece) ? piece : basicTokens(piece)))
    .join(' ');
}

function basicTokens(text: string): string {
  const cleaned = Array.from(text, cleanCharacter).join('');
  const words = cleaned.normalize('NFC').split(/\s+/u);
  return words.map((word) => word.toLowerCase()).join(' ');
}

function cleanCharacter(character: string): string {
  if (WHITESPACE.test(character)) return ' ';
  if (CONTROL.test(character)) return '';
  return IDEOGRAPH.test(character) ? ` ${character} ` : character;
}

function splitAt(text: string, tokens: readonly string[]): string[] {
  const longestFirst = [...tokens].sort((a, b) => b.length - a.length).map(escapeRegExp);
  return longestFirst.length === 0 ? [text] : text.split(new RegExp(`(${longestFirst.join('|')})`, 'u'));
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
