/**
 * What it means for a job that one of its files could not be written. Apart from `failure.ts`, so that the thread that writes
 * does not load the engine's library.
 */
import { isDiskFull } from '../../domain/system-error.js';
import type { EngineFailure } from '../engine.js';

/** Says whether the disk was full, which passes, or something else; the error's message is kept. */
export function writeFailure(error: unknown): EngineFailure {
  return {
    kind: isDiskFull(error) ? 'disk-full' : 'internal',
    message: error instanceof Error ? error.message : String(error),
  };
}
