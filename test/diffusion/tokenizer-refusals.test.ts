/** Impossible vocabularies are refused with a message, without a crash and without gigabytes of memory. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadTokenizer } from '../../diffusion/text/tokenizer.js';
import { temporaryFolder } from '../support/temp-folder.js';

it.each([
  ['empty', {}, 'the vocabulary is empty'],
  ['of huge ids', { a: 1e15 }, 'gives "a" the id 1000000000000000, expected an integer from 0 to'],
  ['of fractions', { a: 0.5 }, 'gives "a" the id 0.5'],
  ['of texts', { a: '1' }, 'gives "a" the id "1"'],
])('a vocabulary that is %s is refused', async (_, vocab, words) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'vocab.json'), JSON.stringify(vocab));
  await writeFile(join(folder, 'merges.txt'), '#version: 0.2\n');
  await expect(loadTokenizer(folder, 'CLIPTokenizer')).rejects.toThrow(words);
});
