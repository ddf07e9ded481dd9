/**
 * Every name that becomes part of an object key, a workflow id or a file path passes here first, so that no
 * project, version or cue id can climb out of its folder or break a listing.
 */
/** Longest segment: leaves room for four of them below S3's and R2's 1,024-byte key limit. */
const MAX_SEGMENT_BYTES = 200;

/** Says what is wrong with a key segment, or undefined if it is fine. */
export function segmentProblem(segment: string): string | undefined {
  if (segment.length === 0) return 'must not be empty';
  if (/[/\\]/.test(segment)) return `must not contain a slash, got ${JSON.stringify(segment)}`;
  if (segment === '.' || segment.includes('..'))
    return `must not be or contain "..", got ${JSON.stringify(segment)}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(segment))
    return `must not contain a control character, got ${JSON.stringify(segment)}`;
  if (segment !== segment.trim())
    return `must not begin or end with white space, got ${JSON.stringify(segment)}`;
  if (new TextEncoder().encode(segment).length > MAX_SEGMENT_BYTES)
    return `must be at most ${MAX_SEGMENT_BYTES} bytes long`;
  return undefined;
}
