/**
 * From whatever the engine library throws to the few kinds of failure that cross the process boundary.
 */
import { ModelError, NonFiniteLatentsError, RequestError } from '../../diffusion/index.js';
import type { EngineFailure } from '../engine.js';
import { writeFailure } from './write-failure.js';

/** Says what kind of failure an error is; its message is kept. */
export function engineFailure(error: unknown): EngineFailure {
  if (error instanceof ModelError) return { kind: 'model', message: error.message };
  if (error instanceof RequestError) return { kind: 'request', message: error.message };
  if (error instanceof NonFiniteLatentsError) return { kind: 'non-finite', message: error.message };
  return writeFailure(error);
}
