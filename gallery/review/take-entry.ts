/**
 * A take of a variant, as the server sends it to the page. Pure data, shared by server and page.
 */
export interface TakeEntry {
  readonly seed: number;
  /** It is the one that front-ends show. */
  readonly chosen: boolean;
  readonly previews: number;
  /** How long it took to generate, in milliseconds. */
  readonly durationMs: number;
}
