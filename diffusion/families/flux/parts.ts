/** The parts of a FLUX.1 model. */
import type { ModelSession } from '../../onnx/session.js';
import type { TextEncoder } from '../parts.js';

export interface Flux {
  readonly clip: TextEncoder;
  readonly t5: TextEncoder;
  readonly transformer: ModelSession;
  /** Whether guidance is an input. */
  readonly guided: boolean;
}
