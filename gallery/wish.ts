/**
 * What the page may ask of a show that runs, or has run. Pure data, shared by both sides.
 */
export type Wish =
  /** Stops one image in flight. */
  | {
      readonly wish: 'stop';
      readonly cueId: string;
      readonly variantId: number;
      readonly take?: number | undefined;
    }
  /** The show, or one cue. */
  | { readonly wish: 'pause' | 'resume'; readonly cueId?: string | undefined }
  /** At most so many variants in flight. */
  | { readonly wish: 'set-window'; readonly window: number }
  /** What failed is generated again. */
  | { readonly wish: 'retry' }
  | { readonly wish: 'retry-one'; readonly cueId: string; readonly variantId: number };

/** The part of {@link Wish} with this name. */
export type WishTo<Name extends Wish['wish']> = Extract<Wish, { readonly wish: Name }>;
