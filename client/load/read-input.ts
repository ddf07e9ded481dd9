/**
 * Reading what people wrote: files that may be missing, folders instead of files, not UTF-8, or not YAML. Each of
 * these is a {@link Problem} of the input, never a stack trace.
 */

import { InvalidInputError } from '../../domain/problems.js';
import { readRegularFile, UnfitFileError } from '../../files/read-regular-file.js';
import { readYaml, YamlError } from '../../files/read-yaml.js';
import { systemReason } from '../terminal/describe-system-error.js';

/** Text of a file. Throws an InvalidInputError saying why it cannot be read. */
export async function readText(path: string, subject: string, maxBytes: number): Promise<string> {
  const bytes = await readBytes(path, subject, maxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(subject, path, 'is not UTF-8 text');
  }
}

/** Bytes of a file. Throws an InvalidInputError saying why it cannot be read. */
export async function readBytes(path: string, subject: string, maxBytes: number): Promise<Buffer> {
  try {
    return await readRegularFile(path, { maxBytes });
  } catch (error) {
    throw unreadable(subject, path, reasonOf(error));
  }
}

/** Parses YAML. Throws an InvalidInputError with every syntax error and its line. */
export function parseYaml(text: string, subject: string): unknown {
  try {
    return readYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new InvalidInputError(subject, error.asInput);
  }
}

const unreadable = (subject: string, path: string, message: string): InvalidInputError =>
  new InvalidInputError(subject, [{ where: path, message }]);

/** What is wrong with the file that was asked for. */
function reasonOf(error: unknown): string {
  return error instanceof UnfitFileError ? error.problem : systemReason(error);
}
