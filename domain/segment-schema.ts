/**
 * {@link segmentProblem} as a Zod schema; apart from it because workflows import object keys but need no Zod.
 */
import { z } from 'zod';
import { segmentProblem } from './key-segments.js';

/** A string that is safe as one segment of an object key. */
export const segmentSchema = z.string({ error: 'expected a string' }).superRefine((segment, context) => {
  const message = segmentProblem(segment);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
