/**
 * Errors of the operating system in words: what a file or a port that was named has to do with it.
 */
import { errnoOf } from '../../domain/system-error.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: part of the path is not a folder',
  EISDIR: 'is a folder, expected a file',
  EACCES: 'may not be used by this user',
  EPERM: 'may not be used by this user',
  EROFS: 'lies on a disk that can only be read',
  ENOSPC: 'cannot be written: the disk is full',
  EDQUOT: 'cannot be written: the disk is full for this user',
  EMFILE: 'cannot be opened: this process has too many files open',
};

/** What a system error means for the file that was asked for, as the end of a sentence that begins with its path. */
export function systemReason(error: unknown): string {
  const code = errnoOf(error);
  return REASONS[code ?? ''] ?? `cannot be used (${code ?? String(error)})`;
}

/** A sentence for an error about a file or a port; undefined for any other. */
export function describeSystemError(error: Error): string | undefined {
  const { path, port } = error as { path?: unknown; port?: unknown };
  const code = errnoOf(error);
  if (code === 'EADDRINUSE' && typeof port === 'number')
    return `Port ${port} is in use by another program; choose another one with --port, or 0 for any free one.`;
  if (code === undefined || typeof path !== 'string') return undefined;
  return `${path} ${systemReason(error)}.`;
}
