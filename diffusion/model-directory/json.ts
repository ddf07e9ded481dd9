/** Reading JSON files whose contents are not to be trusted: objects come back as records of unknown values. */

import { isRecord } from '../../domain/is-record.js';
import { readRegularFile } from '../../files/read-regular-file.js';
import { parsePythonJson } from './python-json.js';

/** The largest tokenizers in use have 35 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The object in a JSON file.
 * @throws Error that names the file when it cannot be read, is not JSON, or holds no object
 */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  const value = parse(await readModelText(path), path);
  if (!isRecord(value)) throw new Error(`${path} does not hold a JSON object`);
  return value;
}

/** Text of a model directory's own files, tokenizers among them. */
export async function readModelText(path: string): Promise<string> {
  return (await readRegularFile(path, { maxBytes: MAX_BYTES })).toString('utf8');
}

/** Like `readJson`, but undefined when there is no such file. */
export async function readJsonIfThere(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    return await readJson(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string, path: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${path} is not valid JSON: ${reason}`, { cause });
  }
}
