/**
 * What a file system error means to the caller of a store: whether to try again, and what a person can do.
 */

import { errnoOf } from '../../domain/system-error.js';
import { UnfitFileError } from '../../files/read-regular-file.js';
import { CONFLICT, StoreError, type StoreErrorKind, type StoreVerb } from '../object-store.js';
import { FileLockError } from './file-lock.js';

interface Meaning {
  readonly kind: StoreErrorKind;
  readonly problem: string;
  readonly remedy: string;
}

const TAKEN: Meaning = {
  kind: 'permanent',
  problem: 'a part of the key is both an object and a folder of objects',
  remedy: 'Remove the object in the way; "a" and "a/b" cannot both be stored.',
};
const FORBIDDEN: Meaning = {
  kind: 'permanent',
  problem: 'the file system does not permit it',
  remedy: 'Give this user write access to the folder, or choose another one with PREGEN_STORE.',
};
const FULL: Meaning = {
  kind: 'transient',
  problem: 'the disk is full',
  remedy: 'Free space on it; the upload is tried again.',
};

const NO_LOCKS: Meaning = {
  kind: 'permanent',
  problem:
    'this system or file system cannot lock files, so that nobody could be kept from writing at the same time',
  remedy: 'Keep the store on a file system that has locks, on Linux (glibc) or macOS, or in S3.',
};
const HELD: Meaning = {
  kind: 'transient',
  problem: 'another process has been writing it for too long',
  remedy: 'Look for one that was stopped, and continue or end it; then it can be written.',
};

const ABSENT: Meaning = {
  kind: 'not-found',
  problem: 'there is no such object',
  remedy: 'Check the key, and that the show was generated into this store.',
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: ABSENT,
  ENAMETOOLONG: {
    kind: 'permanent',
    problem: 'the path is too long for the file system',
    remedy: 'Choose a store folder with a shorter path.',
  },
  ENOTDIR: TAKEN,
  EISDIR: TAKEN,
  ENOTEMPTY: TAKEN,
  EEXIST: TAKEN,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: FORBIDDEN,
  ENOSPC: FULL,
  EDQUOT: FULL,
  ENOLCK: NO_LOCKS,
  ENOTSUP: NO_LOCKS,
  EOPNOTSUPP: NO_LOCKS,
};

/** Wraps a file system error; StoreErrors and the caller's abort reason pass through. */
export function folderError(store: string, verb: StoreVerb, key: string, error: unknown): unknown {
  // Neither a folder nor a pipe is an object.
  if (error instanceof UnfitFileError) return new StoreError({ ...ABSENT, verb, key, store, cause: error });
  if (error instanceof FileLockError)
    return new StoreError({ ...(error.reason === 'held' ? HELD : NO_LOCKS), verb, key, store, cause: error });
  const code = errnoOf(error);
  if (error instanceof StoreError || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  const meaning = meaningOf(verb, code);
  return new StoreError({ ...meaning, verb, key, store, code, cause: error });
}

function meaningOf(verb: StoreVerb, code: string): Meaning {
  const meaning = MEANINGS[code];
  // A read below an object, or of a folder, asks for an object that is not there.
  if (meaning === TAKEN && (verb === 'get' || verb === 'head')) return ABSENT;
  if (meaning !== undefined) return meaning;
  return {
    kind: 'transient',
    problem: 'the file system reported an error',
    remedy: 'Check the disk; the call is tried again.',
  };
}

/** The file is not, or no longer, what the writer believes. */
export function conflictError(store: string, key: string): StoreError {
  return new StoreError({ ...CONFLICT, verb: 'put', key, store, code: 'Conflict' });
}

/** A link inside the store could lead anywhere, so it is neither read nor written through. */
export function linkError(store: string, verb: StoreVerb, key: string, link: string): StoreError {
  return new StoreError({
    kind: 'permanent',
    verb,
    key,
    store,
    problem: `${link} is a symbolic link, and could lead out of the store`,
    code: 'SymbolicLink',
    remedy: 'Replace the link by a real folder or file; only the store folder itself may be a link.',
  });
}
