/** YAML files of users: what they mean, and that none takes long to read. */
import { describe, expect, it } from 'vitest';
import { readYaml, YamlError } from '../../files/read-yaml.js';

function problemsIn(text: string): string[] {
  try {
    readYaml(text);
  } catch (error) {
    if (error instanceof YamlError)
      return error.problems.map(({ line, message }) =>
        line === undefined ? message : `${line}: ${message}`,
      );
    throw error;
  }
  return [];
}

const lines = (count: number, line: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => line(n)).join('\n');

/** A bound for runaway work: the parser's default takes minutes for inputs that take a second or two here. */
const RUNAWAY = { timeout: 60_000 };

describe('a YAML file', RUNAWAY, () => {
  it('is read as YAML, merge keys included', () => {
    const text = 'base: &base {steps: 4, width: 64}\nother:\n  <<: *base\n  <<: {guidance: 2}\n  steps: 6\n';
    expect(readYaml(text)).toEqual({
      base: { steps: 4, width: 64 },
      other: { steps: 6, width: 64, guidance: 2 },
    });
  });

  it('is refused if a key occurs twice, with its line, also if the two are equal only in JavaScript', () => {
    expect(problemsIn('a: 1\nb: 2\na: 3\nc: {x: 1, "x": 2}\n1: a\n"1": b\n')).toEqual([
      '3: the key "a" is given twice',
      '4: the key "x" is given twice',
      '6: the key "1" is given twice',
    ]);
  });

  it.each([
    ['keys of one mapping', lines(45_000, (n) => `k${n}:`)],
    ['keys of a mapping in braces', `{${lines(45_000, (n) => `k${n}: 1,`)}}`],
  ])('reads tens of thousands of %s', (_, text) => {
    expect(Object.keys(Object(readYaml(text)))).toHaveLength(45_000);
  });

  const aliases = (level: (n: number) => string) => ['l0: &l0 {x: 1}', lines(40, level)].join('\n');
  it.each([
    ['aliases', aliases((n) => `l${n + 1}: &l${n + 1} [*l${n}, *l${n}]`)],
    ['merge keys', aliases((n) => `l${n + 1}: &l${n + 1} {<<: [*l${n}, *l${n}]}`)],
    ['a great many values', lines(120_000, () => '- ')],
  ])('refuses %s that multiply', (_, text) => {
    expect(problemsIn(text).join()).toMatch(
      /^has \d+ values, aliases \(\*\) multiplied; at most 100000 are read$/,
    );
  });

  it.each(['a: &a {b: *a}', 'a: &a\n  <<: *a', 'a: *nothing'])('is refused: %j', (text) => {
    expect(problemsIn(text)).toEqual([
      'an alias (*) stands for something that contains it, or that is not there',
    ]);
  });

  it.each([
    ['[', '['.repeat(200_000)],
    ['{a: ', '{a: '.repeat(80_000)],
    ['lines', lines(1000, (n) => `${' '.repeat(n)}a:`)],
  ])('says that it is nested too deep: %s', (_, text) => {
    expect(problemsIn(text)[0]).toMatch(/^\d+: is nested too deep$/);
  });

  it('with tens of thousands of faults gives a short message with their number', () => {
    const text = lines(20_000, () => '\t:');
    expect(problemsIn(text).length).toBeGreaterThan(19_999);
    expect(() => readYaml(text)).toThrow(/^is no YAML that can be used, for \d+ reasons$/);
  });
});
