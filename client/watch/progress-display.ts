/** Where progress is shown. */
import type { ShowStatus } from '../status/show-status.js';

export interface ProgressDisplay {
  update(status: ShowStatus): void;
  /** Puts the terminal back in order. */
  stop(): void;
}
