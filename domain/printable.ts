/**
 * Text of others (prompts, keys, folder names, a server's answers) as it may be printed: what would move a terminal's cursor,
 * colour it, turn its direction of writing or pretend to be a line of ours is shown by its escape instead.
 */

/** C0 and C1 controls, Unicode's line and paragraph separators, and its marks of direction. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Escapes controls; line ends and tabs stay, as a text of several lines needs them. */
export const printable = (text: string): string =>
  text.replace(CONTROLS, (control) => (control === '\n' || control === '\t' ? control : escaped(control)));

/** Escapes controls, line ends among them: for a text within a line. */
export const oneLine = (text: string): string => text.replace(CONTROLS, escaped);

/** As JSON writes it: `\u001b`. */
function escaped(control: string): string {
  if (control === '\n') return '\\n';
  if (control === '\t') return '\\t';
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
