/**
 * From whatever the engine library throws to the few kinds of failure that cross the process boundary.
 */
import type { EngineFailure, EngineFailureKind } from '../../activities/engine.js';
import { ModelError, NonFiniteLatentsError, RequestError } from '../../diffusion/index.js';

/** Says what kind of failure an error is; its message is kept. */
export function engineFailure(error: unknown): EngineFailure {
  return { kind: kindOf(error), message: error instanceof Error ? error.message : String(error) };
}

function kindOf(error: unknown): EngineFailureKind {
  if (error instanceof ModelError) return 'model';
  if (error instanceof RequestError) return 'request';
  if (error instanceof NonFiniteLatentsError) return 'non-finite';
  if (error instanceof Error && 'code' in error && isDiskFull(error.code)) return 'disk-full';
  return 'internal';
}

const isDiskFull = (code: unknown): boolean => code === 'ENOSPC' || code === 'EDQUOT';
