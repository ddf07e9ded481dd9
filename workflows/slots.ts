/**
 * Deals the show's window of variants to the cues in flight. Older cues come first, so that cues end one after the
 * other and the model is not swapped needlessly; what they cannot use goes to the next.
 */

/** What a cue can use and what it has. */
export interface SlotHolder {
  readonly wanted: number;
  readonly granted: number;
}

/** New grants in the order of the holders; they never add up to more than `window`. */
export function dealSlots(window: number, holders: readonly Pick<SlotHolder, 'wanted'>[]): number[] {
  let left = window;
  return holders.map(({ wanted }) => {
    const granted = Math.min(wanted, left);
    left -= granted;
    return granted;
  });
}

/** Slots that no cue holds. */
export function freeSlots(window: number, holders: readonly Pick<SlotHolder, 'granted'>[]): number {
  return holders.reduce((left, { granted }) => left - granted, window);
}
