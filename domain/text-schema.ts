/** Texts that people write: bounded, since each travels with every image that is made of it. */
import { z } from 'zod';

/** Forty times what the longest tokenizer takes. */
export const MAX_TEXT = 20_000;

export const textSchema = z.string({ error: 'expected a text' }).max(MAX_TEXT, {
  error: (issue) =>
    `expected at most ${MAX_TEXT} characters, got ${typeof issue.input === 'string' ? issue.input.length : 'more'}`,
});
