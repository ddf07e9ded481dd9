/**
 * A take of a variant, as the page gets to know it. Pure data, shared by both sides.
 */
export interface TakeEntry {
  readonly seed: number;
  /** It is the one that front-ends show. */
  readonly chosen: boolean;
  readonly previews: number;
  /** Of its making, in milliseconds. */
  readonly durationMs: number;
}
