/**
 * Reading what people wrote: files that may be missing, folders instead of files, not UTF-8, or not YAML. Each of
 * these is a {@link Problem} of the input, never a stack trace.
 */

import { parseDocument } from 'yaml';
import { InvalidInputError } from '../../domain/problems.js';
import { readRegularFile, UnfitFileError } from '../../files/read-regular-file.js';
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
  const document = parseDocument(text, { prettyErrors: true, merge: true });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, linePos }) => ({
      where: linePos === undefined ? 'YAML' : `line ${linePos[0].line}`,
      message: message.split(' at line ')[0] ?? message,
    }));
    throw new InvalidInputError(subject, problems);
  }
  try {
    return document.toJS();
  } catch (error) {
    // Such as aliases that multiply.
    const message = error instanceof Error ? error.message : String(error);
    throw new InvalidInputError(subject, [{ where: 'YAML', message }]);
  }
}

const unreadable = (subject: string, path: string, message: string): InvalidInputError =>
  new InvalidInputError(subject, [{ where: path, message }]);

/** What is wrong with the file that was asked for. */
function reasonOf(error: unknown): string {
  return error instanceof UnfitFileError ? error.problem : systemReason(error);
}
