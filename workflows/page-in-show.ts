/**
 * One page on behalf of a show: started as a child, told what the show wants of it, heard, and counted whichever way it ends.
 */
import {
  ChildWorkflowCancellationType,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import {
  type PageOrders,
  type PageReport,
  type PageWorkflow,
  type PregeneratePageInput,
  pageOrdersSignal,
  WORKFLOW_TYPES,
} from '../domain/messages.js';
import type { PageResult, ShowPlan } from '../domain/progress.js';
import { pageStartOptions } from '../domain/start-options.js';
import { type ChildOutcome, childOutcome } from './child-outcome.js';
import { Level } from './level.js';
import { type PageShare, slotsHeld } from './window-shares.js';

export class PageInShow {
  readonly #orders: Level<PageOrders>;
  #latest: PageOrders;
  #report: PageReport | undefined;
  #isStarted = false;

  constructor(
    private readonly input: Omit<PregeneratePageInput, 'orders'>,
    readonly workflowId: string,
    orders: Omit<PageOrders, 'revision'>,
  ) {
    this.#latest = { ...orders, revision: 0 };
    this.#orders = new Level((state) =>
      getExternalWorkflowHandle(this.workflowId).signal(pageOrdersSignal, state),
    );
  }

  get share(): PageShare {
    const { window: granted, revision } = this.#latest;
    return { granted, revision, ...(this.#report && { report: this.#report }) };
  }

  hear(report: PageReport): void {
    this.#report = report;
  }

  /** Tells the page what has changed for it, once it is there to be told. */
  order(orders: Omit<PageOrders, 'revision'>): void {
    const { revision, window: _granted, ...common } = this.#latest;
    const { window, ...wanted } = orders;
    if (window === slotsHeld(this.share) && JSON.stringify(wanted) === JSON.stringify(common)) return;
    this.#latest = { ...orders, revision: revision + 1 };
    if (this.#isStarted) this.#orders.tell(this.#latest);
  }

  /** Runs the page to its end. */
  run(plan: ShowPlan): Promise<ChildOutcome<PageResult>> {
    return childOutcome(this.#run(plan));
  }

  async #run({ pages }: ShowPlan): Promise<PageResult> {
    const { workflowId, input } = this;
    const first = this.#latest;
    const child = await startChild<PageWorkflow>(WORKFLOW_TYPES.page, {
      ...pageStartOptions(input, { workflowId, page: input.page, of: pages }),
      args: [{ ...input, orders: first }],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    this.#isStarted = true;
    if (this.#latest !== first) this.#orders.tell(this.#latest);
    return child.result();
  }
}
