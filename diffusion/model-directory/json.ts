/** Reading JSON files whose contents are not to be trusted: objects come back as records of unknown values. */
import { readFile } from 'node:fs/promises';
import { isRecord } from '../../domain/is-record.js';
import { parsePythonJson } from './python-json.js';

/**
 * The object in a JSON file.
 * @throws Error that names the file when it cannot be read, is not JSON, or holds no object
 */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'EISDIR') throw cause;
    throw new Error(`${path} is a directory, expected a file`, { cause }); // Node does not say which
  });
  const value = parse(text, path);
  if (!isRecord(value)) throw new Error(`${path} does not hold a JSON object`);
  return value;
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
