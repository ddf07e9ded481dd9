/**
 * That a variant's engine died under it, and is tried again: kept in the memo of its workflow, where an operator who looks at the variant
 * finds it between two orders, too, when no activity is there to tell.
 */
import { isRecord } from './is-record.js';

export const LOST_ENGINES_MEMO = 'lostEngines';

export interface LostEngines {
  /** In a row, the last time included. */
  readonly times: number;
  /** Of the last time. */
  readonly reason: string;
}

/** Undefined if the memo holds nothing of the kind. */
export function lostEnginesOf(memo: Readonly<Record<string, unknown>> | undefined): LostEngines | undefined {
  const lost = memo?.[LOST_ENGINES_MEMO];
  if (!isRecord(lost) || typeof lost.times !== 'number' || typeof lost.reason !== 'string') return undefined;
  return { times: lost.times, reason: lost.reason };
}
