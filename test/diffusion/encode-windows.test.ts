/** Parts of prompt encoding without goldens: the number of encoder runs, and the padding of windows. */
import { expect, test } from 'vitest';
import { type EncodeWindow, encodeWindows } from '../../diffusion/families/encode-windows.js';
import { readWindows, type WindowedPrompt, windowCount } from '../../diffusion/text/read-windows.js';
import type { PromptTokenizer } from '../../diffusion/text/tokenizer.js';

/** Windows of three letters between opening token 1 and closing token 2, padded with 0; a letter's id is its character code. */
const LENGTH = 5;
const TOKENIZER: PromptTokenizer = {
  maxLength: LENGTH,
  words: (text) => Array.from(text.replaceAll(' ', ''), (letter) => letter.charCodeAt(0)),
  encode: () => ({ ids: [1, 2, 0, 0, 0], removed: undefined }),
  spell: (ids) => String.fromCharCode(...ids),
};

const read = (text: string): WindowedPrompt =>
  readWindows(TOKENIZER, text, { longPrompts: 'chunk', promptSyntax: 'weighted' });

/** A stand-in for an encoder that embeds a token as its id, and records its inputs. */
function notedEncoder(): { encode: EncodeWindow; asked: string[] } {
  const asked: string[] = [];
  const encode: EncodeWindow = async (ids) => {
    asked.push(ids.join(' '));
    return [
      { data: Float32Array.from(ids), dims: [1, ids.length, 1] },
      { data: Float32Array.of(ids[1] ?? 0), dims: [1, 1] },
    ];
  };
  return { encode, asked };
}

test('windows are concatenated, and padded with empty ones; the pooled embedding is that of the first', async () => {
  const { encode, asked } = notedEncoder();
  const prompt = read('abcabcd');
  expect(windowCount(prompt)).toBe(3);
  const [embeds, pooled] = await encodeWindows(prompt, encode, 5);
  const [a, b, c, d] = [97, 98, 99, 100];
  expect([...embeds.data]).toEqual(
    [
      [1, a, b, c, 2],
      [1, a, b, c, 2],
      [1, d, 2, 0, 0],
      [1, 2, 0, 0, 0],
      [1, 2, 0, 0, 0],
    ].flat(),
  );
  expect(embeds.dims).toEqual([1, 25, 1]);
  expect([...(pooled?.data ?? [])]).toEqual([a]);
  expect(asked).toHaveLength(3);
});

test('a prompt that needs fewer windows without its light piece is mixed with empty windows', async () => {
  const { encode } = notedEncoder();
  const [{ data }] = await encodeWindows(read('abc[d]'), encode, 2);
  // tan((1 - 1 / 1.1) · π / 2) beside 1; d itself is moved towards the closing token that the empty window has there.
  const other = Math.tan((1 - 1 / 1.1) * (Math.PI / 2));
  const whole = 2 + (100 - 2) / 1.1;
  const mixed = (whole + other * 2) / (1 + other);
  expect(data[6]).toBeCloseTo(mixed, 4);
  expect([...data.subarray(0, 5)]).toEqual([1, 97, 98, 99, 2].map((value) => expect.closeTo(value, 4)));
});

test('the encoder runs once for each different window', async () => {
  const { encode, asked } = notedEncoder();
  await encodeWindows(read('abc(abc:0.5)d(e:0.5)f'), encode, 3);
  expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
});
