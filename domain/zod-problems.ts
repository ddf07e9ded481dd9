/**
 * Turns Zod's issues into {@link Problem}s, so that a schema and a hand-written check report alike.
 */
import type { z } from 'zod';
import type { Problem } from './problems.js';
import { someOf } from './some-of.js';

/** Lists the issues of a failed parse; `root` names the place that was parsed (`cue 12`, `show file`). */
export function problemsOf(error: z.ZodError, root: string): Problem[] {
  return error.issues.map((issue) => ({
    where: [root, pathOf(issue.path)].filter(Boolean).join(', '),
    message: issue.message,
  }));
}

/** What Zod calls the types that a person writes. */
const EXPECTED: Readonly<Record<string, string>> = {
  object: 'a mapping of fields',
  record: 'a mapping of fields',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

interface Issue {
  readonly code?: string;
  readonly keys?: unknown;
  readonly expected?: unknown;
}

/** For `safeParse`: where a schema has no words of its own, ours in place of Zod's. */
export function inOurWords({ code, keys, expected }: Issue): string | undefined {
  if (code === 'unrecognized_keys' && Array.isArray(keys))
    return `unknown field: ${someOf(keys.map(String))}`;
  const type = code === 'invalid_type' ? EXPECTED[String(expected)] : undefined;
  return type && `expected ${type}`;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
