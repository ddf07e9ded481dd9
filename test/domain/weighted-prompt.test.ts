/** Weighted prompts are read as by A1111; where its reading would be surprising, the prompt is refused. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { promptProblems } from '../../domain/prompt-reading.js';
import { MAX_LIGHT_PIECES, parseWeighted, type WeightedText } from '../../domain/weighted-prompt.js';

/** The pieces of a text without BREAK. */
const pieces = (text: string): [string, number][] => {
  const { parts, problems } = parseWeighted(text);
  expect(problems).toEqual([]);
  expect(parts).toHaveLength(1);
  return (parts[0] ?? []).map(({ text, weight }) => [text, Number(weight.toFixed(6))]);
};

/** The examples in A1111's documentation of `parse_prompt_attention` with closed brackets. */
test.each<[string, [string, number][]]>([
  ['', [['', 1]]],
  ['normal text', [['normal text', 1]]],
  [
    'an (important) word',
    [
      ['an ', 1],
      ['important', 1.1],
      [' word', 1],
    ],
  ],
  ['\\(literal\\]', [['(literal]', 1]]],
  ['(unnecessary)(parens)', [['unnecessaryparens', 1.1]]],
  [
    'a ((house:1.3)) [on] a (hill:0.5), sun, (((sky))).',
    [
      ['a ', 1],
      ['house', 1.43],
      [' ', 1],
      ['on', 0.909091],
      [' a ', 1],
      ['hill', 0.5],
      [', sun, ', 1],
      ['sky', 1.331],
      ['.', 1],
    ],
  ],
  ['a sea: at 5:30 | night', [['a sea: at 5:30 | night', 1]]],
  ['(a: b: 2)', [['a: b', 2]]],
  ['(5\\:30)', [['5:30', 1.1]]],
  [
    '(ratio: (wide))',
    [
      ['ratio: ', 1.1],
      ['wide', 1.21],
    ],
  ],
  ['(night : .5 )', [['night ', 0.5]]],
  ['(gone:0)', [['gone', 0]]],
  ['a\\b \\\\', [['ab \\', 1]]],
  ['breaking BREAKS', [['breaking BREAKS', 1]]],
])('%j', (text, expected) => {
  expect(pieces(text)).toEqual(expected);
});

test('BREAK separates parts; a part without words is left out', () => {
  const texts = (text: string) =>
    parseWeighted(text).parts.map((part) => part.map(({ text }) => text.trim()));
  expect(texts('a boat BREAK (sea) BREAK night')).toEqual([['a boat'], ['', 'sea', ''], ['night']]);
  expect(texts('BREAK a BREAK BREAK b BREAK')).toEqual([['a'], ['b']]);
  expect(texts('BREAK')).toEqual([['']]);
});

describe('a prompt that cannot be read is refused with the position of the problem', () => {
  it.each([
    ['a (boat', 'character 3: "(" is never closed; write "\\("'],
    ['a boat]', 'character 7: "]" closes no "["; write "\\]"'],
    ['🌊 :)', 'character 4: ")" closes no "("'],
    ['(a [b)]', 'character 6: ")" closes no "("'],
    ['(boat:big)', 'character 6: the weight is "big", expected a number from 0 to 10; write "\\:"'],
    ['(boat:)', 'character 6: the weight is "", expected a number'],
    ['(boat:1.2.3)', 'the weight is "1.2.3", expected a number'],
    ['(boat:1,2)', 'the weight is "1,2", expected a number'],
    ['(boat:-1)', 'the weight is "-1", expected a number from 0 to 10'],
    ['(boat:11)', 'character 6: the weight is "11", expected a number from 0 to 10'],
    ['(boat:1e1)', 'the weight is "1e1"'],
    ['((boat:5):3)', 'character 3: brackets multiply to a weight of 15, expected a number from 0 to 10'],
    ['[boat:0.5]', 'character 6: square brackets take neither weight nor step'],
    ['[boat|sea]', 'character 6: words that alternate from step to step, [a|b], are not supported'],
    ['(a BREAK b)', 'character 4: BREAK stands within brackets'],
    ['a boat\\', 'character 7: a "\\" at the end escapes nothing'],
    [`${'[a] b '.repeat(MAX_LIGHT_PIECES + 1)}`, 'more than 100 pieces are weighted below 1'],
  ])('%j', (text, problem) => {
    expect(parseWeighted(text).problems.join('\n')).toContain(problem);
  });

  it('for every problem, up to a limit', () => {
    expect(parseWeighted('(a:x) b) [c|d] (e').problems).toHaveLength(4);
    expect(parseWeighted(')'.repeat(20_000)).problems).toHaveLength(10);
  });

  it('for BREAK in a prompt that may have one window only', () => {
    expect(promptProblems('a BREAK b', { promptSyntax: 'weighted' })).toEqual([
      'character 3: BREAK begins a new window, which takes "longPrompts: chunk"',
    ]);
    expect(promptProblems('a BREAK b', { promptSyntax: 'weighted', longPrompts: 'chunk' })).toEqual([]);
  });

  it('but not if the program does not use the syntax', () => {
    expect(promptProblems('a (boat:big] BREAK', {})).toEqual([]);
    expect(promptProblems('a (boat:big] BREAK', { longPrompts: 'chunk' })).toEqual([]);
  });
});

const SPECIAL = /[()[\]\\:|]/g;
const words = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('BREAK'));

/** A prompt as a tree: words, or a bracket around more of it. */
type Node = string | { readonly weight: number | '(' | '['; readonly inner: readonly Node[] };
const { tree } = fc.letrec<{ tree: Node[]; node: Node }>((tie) => ({
  tree: fc.array(tie('node'), { maxLength: 4 }),
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    words,
    fc.record({
      weight: fc.constantFrom<number | '(' | '['>('(', '[', 0, 0.5, 0.85, 1.2),
      inner: tie('tree'),
    }),
  ),
}));

function written(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return node.replace(SPECIAL, '\\$&');
      const inner = written(node.inner);
      if (node.weight === '[') return `[${inner}]`;
      return node.weight === '(' ? `(${inner})` : `(${inner}:${node.weight})`;
    })
    .join('');
}

const FACTORS = { '(': 1.1, '[': 1 / 1.1 };

/** A weight for each character. */
function meant(nodes: readonly Node[], factor = 1): WeightedText[] {
  return nodes.flatMap((node) => {
    if (typeof node === 'string') return Array.from(node, (text) => ({ text, weight: factor }));
    const own = typeof node.weight === 'number' ? node.weight : FACTORS[node.weight];
    return meant(node.inner, factor * own);
  });
}

test('brackets within brackets multiply, and every character keeps its place and weight', () => {
  fc.assert(
    fc.property(tree, (nodes) => {
      const [part = []] = parseWeighted(written(nodes)).parts;
      const read = part.flatMap(({ text, weight }) => Array.from(text, (text) => ({ text, weight })));
      const expected = meant(nodes);
      if (expected.every(({ text }) => text.trim() === '')) return;
      expect(read.map(({ text }) => text)).toEqual(expected.map(({ text }) => text));
      for (const [i, { weight }] of read.entries()) expect(weight).toBeCloseTo(expected[i]?.weight ?? -1, 10);
    }),
  );
});

test('a text in which every special character is escaped is read as the text itself', () => {
  fc.assert(
    fc.property(words, (text) => {
      fc.pre(text.trim() !== '');
      expect(pieces(text.replace(SPECIAL, '\\$&'))).toEqual([[text, 1]]);
    }),
  );
});

test('any text can be read, and positions of problems are within it', () => {
  const bits = fc.constantFrom('(', ')', '[', ']', ':', '|', '\\', '1.5', ' a ', 'BREAK', '🌊');
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 40 }), (parts) => {
      const text = parts.join('');
      for (const problem of parseWeighted(text).problems) {
        const at = Number(/^character (\d+): /.exec(problem)?.[1]);
        expect(at).toBeGreaterThanOrEqual(1);
        expect(at).toBeLessThanOrEqual(Array.from(text).length);
      }
    }),
  );
});

test('two texts that can be read can be read when they are joined', () => {
  const bits = fc.constantFrom('(', ')', '[', ']', ':', '\\', '1.5', ' a ');
  const readable = fc
    .array(bits, { maxLength: 12 })
    .map((parts) => parts.join(''))
    .filter((text) => parseWeighted(text).problems.length === 0);
  fc.assert(
    fc.property(readable, readable, (one, other) => {
      expect(parseWeighted(one + other).problems).toEqual([]);
    }),
  );
});
