/**
 * What it means for a job that one of its files could not be written.
 */
import type { EngineFailure } from '../../activities/engine.js';

/** Says whether the disk was full, which passes, or something else; the error's message is kept. */
export function writeFailure(error: unknown): EngineFailure {
  const kind = error instanceof Error && 'code' in error && isDiskFull(error.code) ? 'disk-full' : 'internal';
  return { kind, message: error instanceof Error ? error.message : String(error) };
}

const isDiskFull = (code: unknown): boolean => code === 'ENOSPC' || code === 'EDQUOT';
