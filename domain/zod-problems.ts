/**
 * Turns Zod's issues into {@link Problem}s, so that a schema and a hand-written check report alike.
 */
import type { z } from 'zod';
import type { Problem } from './problems.js';

/** Lists the issues of a failed parse; `root` names the place that was parsed (`cue 12`, `show file`). */
export function problemsOf(error: z.ZodError, root: string): Problem[] {
  return error.issues.map((issue) => ({
    where: [root, pathOf(issue.path)].filter(Boolean).join(', '),
    message: issue.message,
  }));
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
