/**
 * Which object keys a store accepts.
 *
 * Ids from a cue sheet end up in keys, so every store refuses what could leave its root or be read differently by a
 * file system and by S3: the same keys work, and the same keys fail, everywhere. Checked again here although `domain`
 * builds only good keys, since a store is the last one who can say no.
 */
import { StoreError, type StoreVerb } from './object-store.js';

/** S3's limit for a whole key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;
/** The limit of one file name on every common file system, in bytes of UTF-8. */
const MAX_SEGMENT_BYTES = 255;
/** Names that begin so belong to files still being written; no key may look like one. */
export const PARTIAL_FILE_PREFIX = '.pregen-partial-';

/** Throws a permanent StoreError unless `key` can be an object's key. */
export function assertObjectKey(store: string, verb: StoreVerb, key: string): void {
  const problem = key === '' ? 'the key is empty' : keyProblem(key, key.split('/'));
  if (problem !== undefined) throw refusal(store, verb, key, problem);
}

/** Throws a permanent StoreError unless an object can be copied so; S3 refuses a copy onto itself. */
export function assertCopyKeys(store: string, from: string, to: string): void {
  assertObjectKey(store, 'copy', from);
  assertObjectKey(store, 'copy', to);
  if (from === to) throw refusal(store, 'copy', from, 'an object cannot be copied onto itself');
}

/** Throws a permanent StoreError unless keys could start with `prefix`; '' and a last half segment are fine. */
export function assertKeyPrefix(store: string, prefix: string): void {
  const segments = prefix.split('/');
  const last = segments.pop() ?? '';
  const problem = keyProblem(prefix, last === '' ? segments : [...segments, last]);
  if (problem !== undefined) throw refusal(store, 'list', prefix, problem);
}

function keyProblem(key: string, segments: readonly string[]): string | undefined {
  if (Buffer.from(key).toString() !== key) return 'the key is not valid Unicode';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `the key is longer than ${MAX_KEY_BYTES} bytes`;
  for (const segment of segments) {
    const problem = segmentProblem(segment);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function segmentProblem(segment: string): string | undefined {
  if (segment === '') return 'the key has an empty segment';
  if (segment === '.' || segment === '..') return `the key has a segment "${segment}"`;
  if (segment.includes('\\')) return 'the key has a backslash';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(segment)) return 'the key has a control character';
  if (segment.startsWith(PARTIAL_FILE_PREFIX))
    return `"${PARTIAL_FILE_PREFIX}" is reserved for unfinished files`;
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
    return `a segment is longer than ${MAX_SEGMENT_BYTES} bytes`;
  return undefined;
}

function refusal(store: string, verb: StoreVerb, key: string, problem: string): StoreError {
  return new StoreError({
    kind: 'permanent',
    verb,
    key: JSON.stringify(key).slice(1, -1),
    store,
    problem,
    code: 'InvalidKey',
    remedy: 'Keys are segments joined by "/", such as show/v1/cues/prompt_3_00_00_10/1/final.png.',
  });
}
