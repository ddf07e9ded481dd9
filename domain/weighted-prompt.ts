/**
 * The syntax in which people weigh the words of a prompt, as stable-diffusion-webui (A1111) reads it: `(words:1.3)`, `(words)` for
 * 1.1, `[words]` for 1 / 1.1, brackets within brackets multiply, `\(` is a bracket of the text, BREAK begins a new window. What
 * A1111 would read as something else than it looks like is refused: brackets that are not closed, colons that give no weight.
 */

/** Words and how much they count; 1: as they are. */
export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

export interface WeightedPrompt {
  /** What BREAK separates, in pieces; at least one of each. */
  readonly parts: readonly (readonly WeightedText[])[];
  /** What cannot be read, each with the number of its character, from 1. */
  readonly problems: readonly string[];
  /** Character at which the first BREAK stands. */
  readonly firstBreak: number | undefined;
}

/** Of `(words)`, and its inverse of `[words]`. */
const BRACKET_WEIGHT = 1.1;
/** Far more than images stand: from about 1.6 on, as compel's documentation says, those of Stable Diffusion fall apart. */
export const MAX_WEIGHT = 10;
/** Every piece below 1 has the whole prompt encoded once more, without it. */
export const MAX_LIGHT_PIECES = 100;
export const BREAK_NEEDS_WINDOWS = 'BREAK begins a new window, which takes "longPrompts: chunk"';
/** As many as a person mends at once. */
const MAX_PROBLEMS = 10;

const TOKENS = /\\[()[\]\\:|]|[\\()[\]:|]|[^\\()[\]:|]+/g;
const BREAK = /(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])/u;
const WEIGHT = /^\s*\+?(\d+\.?\d*|\.\d+)\s*$/;
const OPENING: Readonly<Record<string, '(' | '['>> = { ')': '(', ']': '[' };

interface Piece extends WeightedText {
  weight: number;
  /** Where in the text, in UTF-16 units. */
  readonly at: number;
}

interface Bracket {
  readonly bracket: '(' | '[';
  readonly at: number;
  /** Index of the first piece in it. */
  readonly first: number;
  /** Index of the piece that is its last colon, while no bracket follows. */
  colon: number | undefined;
}

/** Never throws: what has problems is read as well as it can be. */
export function parseWeighted(text: string): WeightedPrompt {
  const parser = new Parser(text);
  for (const { 0: token, index } of text.matchAll(TOKENS)) parser.take(token, index);
  return parser.end();
}

class Parser {
  private readonly pieces: Piece[] = [];
  private readonly open: Bracket[] = [];
  /** Indices of the pieces that begin a part. */
  private readonly breaks: number[] = [];
  private readonly problems: string[] = [];
  private firstBreak: number | undefined;

  constructor(private readonly text: string) {}

  take(token: string, at: number): void {
    if (token === '(' || token === '[') this.opens(token, at);
    else if (token === ')' || token === ']') this.closes(token, at);
    else if (token === ':') this.colon(at);
    else if (token === '|') this.bar(at);
    else if (token === '\\') this.backslash(at);
    else if (token.startsWith('\\')) this.add(token.slice(1), at);
    else this.words(token, at);
  }

  end(): WeightedPrompt {
    for (const { bracket, at } of this.open)
      this.problem(at, `"${bracket}" is never closed; ${escapeOf(bracket)}`);
    const parts = partsOf(this.pieces, this.breaks);
    for (const { weight, at } of parts.flat())
      if (weight > MAX_WEIGHT)
        this.problem(at, `brackets multiply to a weight of ${short(weight)}, ${LIMITS}`);
    const light = parts.flat().filter(({ weight }) => weight < 1)[MAX_LIGHT_PIECES];
    if (light !== undefined)
      this.problem(
        light.at,
        `more than ${MAX_LIGHT_PIECES} pieces are weighted below 1, and each is encoded by itself`,
      );
    return { parts, problems: this.problems, firstBreak: this.firstBreak };
  }

  private add(text: string, at: number): void {
    this.pieces.push({ text, weight: 1, at });
  }

  private words(text: string, at: number): void {
    const [words = '', ...rest] = text.split(BREAK);
    this.add(words, at);
    let next = at + words.length;
    for (const more of rest) {
      this.break(next);
      next += 'BREAK'.length;
      this.add(more, next);
      next += more.length;
    }
  }

  private break(at: number): void {
    if (this.open.length > 0) this.problem(at, 'BREAK stands within brackets; close them before it');
    this.breaks.push(this.pieces.length);
    this.firstBreak ??= this.characterAt(at);
  }

  private opens(bracket: '(' | '[', at: number): void {
    const outer = this.open.at(-1);
    if (outer !== undefined) outer.colon = undefined;
    this.open.push({ bracket, at, first: this.pieces.length, colon: undefined });
  }

  private closes(token: string, at: number): void {
    const innermost = this.open.at(-1);
    if (innermost !== undefined && innermost.bracket === OPENING[token]) this.close(innermost);
    else this.problem(at, `"${token}" closes no "${OPENING[token]}"; ${escapeOf(token)}`);
  }

  private close(innermost: Bracket): void {
    this.open.pop();
    const factor = innermost.bracket === '[' ? 1 / BRACKET_WEIGHT : this.weightOf(innermost);
    for (const piece of this.pieces.slice(innermost.first)) piece.weight *= factor;
  }

  /** Takes the weight out of the words. */
  private weightOf({ colon }: Bracket): number {
    if (colon === undefined) return BRACKET_WEIGHT;
    const [{ at } = { at: 0 }, ...digits] = this.pieces.splice(colon);
    const written = digits.map(({ text }) => text).join('');
    const weight = WEIGHT.test(written) ? Number(written) : Number.NaN;
    if (weight <= MAX_WEIGHT) return weight;
    const remedy = Number.isNaN(weight) ? '; write "\\:" for a colon that is part of the words' : '';
    this.problem(at, `the weight is ${JSON.stringify(excerpt(written.trim()))}, ${LIMITS}${remedy}`);
    return 1;
  }

  private colon(at: number): void {
    const innermost = this.open.at(-1);
    if (innermost?.bracket === '[')
      this.problem(
        at,
        'square brackets take neither weight nor step: "(words:0.8)" weighs words; write "\\:" for a colon that is part of them',
      );
    else if (innermost !== undefined) innermost.colon = this.pieces.length;
    this.add(':', at);
  }

  private bar(at: number): void {
    if (this.open.at(-1)?.bracket === '[')
      this.problem(
        at,
        'words that alternate from step to step, [a|b], are not supported; write "\\|" for a bar that is part of the words',
      );
    this.add('|', at);
  }

  /** One that escapes nothing is not read; at the end it would escape what a suffix begins with. */
  private backslash(at: number): void {
    if (at === this.text.length - 1)
      this.problem(at, 'a "\\" at the end escapes nothing; "\\\\" is a backslash of the words');
  }

  private problem(at: number, message: string): void {
    if (this.problems.length < MAX_PROBLEMS)
      this.problems.push(`character ${this.characterAt(at)}: ${message}`);
  }

  private characterAt(at: number): number {
    return Array.from(this.text.slice(0, at)).length + 1;
  }
}

const LIMITS = `expected a number from 0 to ${MAX_WEIGHT}`;

const escapeOf = (bracket: string): string => `write "\\${bracket}" for a bracket that is part of the words`;

/** Characters shown of what was taken for a weight. */
const EXCERPT = 40;

const excerpt = (text: string): string =>
  text.length <= EXCERPT ? text : `${Array.from(text).slice(0, EXCERPT).join('')}…`;

const short = (weight: number): string => String(Number(weight.toPrecision(3)));

/** Neighbours of the same weight become one piece; parts without words are none, unless there is no other. */
function partsOf(pieces: readonly Piece[], breaks: readonly number[]): Piece[][] {
  const bounds = [0, ...breaks, pieces.length];
  const parts = bounds
    .slice(1)
    .map((end, i) => merged(pieces.slice(bounds[i], end)))
    .filter((part) => part.some(({ text }) => text.trim() !== ''));
  return parts.length > 0 ? parts : [[{ text: '', weight: 1, at: 0 }]];
}

function merged(pieces: readonly Piece[]): Piece[] {
  const runs: Piece[] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    if (last?.weight === piece.weight) runs[runs.length - 1] = { ...last, text: last.text + piece.text };
    else if (piece.text !== '') runs.push(piece);
  }
  return runs;
}
