/**
 * What the server tells the page of an image while it is made, as an event `live` of its own beside those of what is stored.
 * Pure data, shared by both sides.
 */
export interface LiveImage {
  readonly cueId: string;
  readonly variantId: number;
  /** Which take, if it is not the chosen one. */
  readonly take?: number;
  /** `over`: it is not made any more; what became of it, the index tells. The others are those of `show status`. */
  readonly phase: string;
  /** Denoising steps done, of so many; absent where there is nothing to count. */
  readonly step?: number;
  readonly of?: number;
  /** Which attempt this is, when not the first, and why the one before failed. */
  readonly attempt?: number;
  readonly lastFailure?: string;
  /** Address of the newest preview, relative to the page; another one whenever the picture is. Absent until there is one. */
  readonly picture?: string;
}
