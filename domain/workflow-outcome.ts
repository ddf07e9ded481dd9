/**
 * How a workflow ended, whoever watched it end: its parent, or an activity on behalf of a parent that has continued
 * as new. Every way of ending is an answer, so that no slot waits for an answer that never comes.
 */
export type WorkflowOutcome<R> =
  | { readonly ended: 'completed'; readonly result: R }
  | {
      readonly ended: 'failed' | 'cancelled' | 'terminated' | 'timed out' | 'not found';
      readonly reason: string;
    };
