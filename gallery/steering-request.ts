/**
 * A request of the page to steer a show that runs, or to retry what failed in one that has ended. Pure data, shared by server and page.
 */
export type SteeringRequest =
  /** Cancels one image in flight. */
  | {
      readonly action: 'stop';
      readonly cueId: string;
      readonly variantId: number;
      readonly take?: number | undefined;
    }
  /** Of one cue, if it is given; otherwise of the whole show. */
  | { readonly action: 'pause' | 'resume'; readonly cueId?: string | undefined }
  /** Sets how many variants are in flight at most. */
  | { readonly action: 'set-window'; readonly window: number }
  /** Generates the failed variants again. */
  | { readonly action: 'retry' }
  | { readonly action: 'retry-one'; readonly cueId: string; readonly variantId: number };

/** A {@link SteeringRequest} with this action. */
export type SteeringRequestOf<Name extends SteeringRequest['action']> = Extract<
  SteeringRequest,
  { readonly action: Name }
>;
