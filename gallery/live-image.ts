/**
 * What the server tells the page of an image while it is generated: the data of an event `live`. Changes of stored images have
 * events of their own. Pure data, shared by server and page.
 */
export interface LiveImage {
  readonly cueId: string;
  readonly variantId: number;
  /** Which take, if it is not the chosen one. */
  readonly take?: number;
  /** `over`: its workflow has ended, and the index tells the result. The other phases are those of `show status`. */
  readonly phase: string;
  /** Denoising steps done, and their total; absent where no step is being computed. */
  readonly step?: number;
  readonly of?: number;
  /** Number of the attempt, if it is not the first, and why the previous one failed. */
  readonly attempt?: number;
  readonly lastFailure?: string;
  /** Address of the newest preview, relative to the page; it changes with the picture. Absent until there is a preview. */
  readonly picture?: string;
}
