/** Content digests and the canonical text of a request: what "the same" means in the spool. */
import { createHash } from 'node:crypto';
import { isRecord } from '../../domain/is-record.js';
import type { FileDigest, JsonValue } from './records.js';

/** SHA-256 in lowercase hex. */
export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

export function digestOf(file: string, content: Buffer): FileDigest {
  return { file, bytes: content.length, sha256: sha256(content) };
}

/** JSON with sorted keys and no white space, so that equal requests have equal texts. */
export function canonicalJson(value: JsonValue | object): string {
  return JSON.stringify(value, (_, part: unknown) => (isRecord(part) ? sorted(part) : part));
}

function sorted(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}
