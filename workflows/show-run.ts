/**
 * The loop of a show: whenever something changes (a page reports or ends, an operator steers), it deals the window anew and
 * begins pages while slots are free. When it has to continue in a new history, it stops its pages first: nothing runs at that
 * moment, so nothing can be lost between one execution and the next.
 */
import { log, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { PageAddress } from '../activities/interfaces.js';
import { describeFailure } from '../domain/failure-text.js';
import type { PageOrders, PageReport, PregenerateShowInput } from '../domain/messages.js';
import { NO_VARIANTS, type PageResult, type ShowPlan, type VariantName } from '../domain/progress.js';
import { DEFAULT_RETRY_LIMITS } from '../domain/retry-limits.js';
import { pageWorkflowId } from '../domain/workflow-ids.js';
import type { WorkflowOutcome } from '../domain/workflow-outcome.js';
import { Background } from './background.js';
import { cancellationBehind } from './cancelled.js';
import { countLostPage } from './lost-page.js';
import { PageInShow } from './page-in-show.js';
import { describeShow } from './progress-text.js';
import { RollOver } from './roll-over.js';
import type { NextPage, ShowLedger } from './show-ledger.js';
import { dealWindow } from './window-shares.js';

/** A plan, and what it was made from. */
export interface Round {
  readonly input: PregenerateShowInput;
  readonly plan: ShowPlan;
}

type Orders = Omit<PageOrders, 'revision'>;
type EarlyEnd = Exclude<WorkflowOutcome<PageResult>, { ended: 'completed' }>;

export class ShowRun {
  readonly #background = new Background();
  /** Oldest first. */
  readonly #pages = new Map<string, PageInShow>();
  readonly #rollOver = new RollOver();

  constructor(private readonly ledger: ShowLedger) {}

  hear(report: PageReport): void {
    this.#pages.get(report.page)?.hear(report);
    this.ledger.notePage(report);
  }

  /** Runs until nothing is left of the plan, or until this execution should end; no page is running then. */
  async untilDoneOrLong(round: Round): Promise<'done' | 'long'> {
    for (;;) {
      const { revision } = this.ledger;
      const stop = this.#isStopping();
      this.#deal(round, stop);
      setCurrentDetails(describeShow(this.ledger.progress(), Date.now()));
      if (this.#pages.size === 0) {
        if (this.#isThrough()) return 'done';
        if (this.#rollOver.isWanted(0)) return 'long';
      }
      if (!(await this.#change(revision))) this.#rollOver.putOff();
    }
  }

  /** Waits, even while being cancelled, until no page is in flight. */
  settled(): Promise<void> {
    return this.#background.settled();
  }

  /** Returns false if nothing has changed for too long. */
  #change(revision: number): Promise<boolean> {
    return this.#background.until(() => this.ledger.revision !== revision, this.#rollOver.patienceMs);
  }

  #isThrough(): boolean {
    const { isPlanBegun, nextRound, waitsForSomebody } = this.ledger;
    return !waitsForSomebody && (isPlanBegun || nextRound.bundleKey !== undefined);
  }

  /** No variant begins any more: what is in flight finishes, and the pages give back the rest. */
  #isStopping(): boolean {
    const { isPaused, nextRound } = this.ledger;
    return isPaused || nextRound.bundleKey !== undefined || this.#rollOver.isWanted(this.#pages.size);
  }

  /** Tells each page what it should do now, and begins the next one if slots are left. */
  #deal(round: Round, stop: boolean): void {
    const { window, pausedCues, cancelled } = this.ledger;
    const common = { stop, pausedCues, cancelled: [...cancelled] };
    const pages = [...this.#pages.values()];
    const shares = pages.map(({ share }) => share);
    const { grants, free } = dealWindow(window, shares);
    for (const [index, page] of pages.entries()) page.order({ ...common, window: grants[index] ?? 0 });
    const next = stop || free === 0 ? undefined : this.ledger.takePage();
    if (next !== undefined) this.#begin(round, next, { ...common, window: free });
  }

  #begin({ input, plan }: Round, next: NextPage, orders: Orders): void {
    const { project, version, patience = DEFAULT_RETRY_LIMITS } = input;
    const { workflowId, firstExecutionRunId: showRunId } = workflowInfo();
    this.ledger.pagesBegun += 1;
    const id = pageWorkflowId(workflowId, showRunId, this.ledger.pagesBegun);
    const address = { project, version, planId: plan.planId, ...next };
    const page = new PageInShow({ ...address, patience, showRunId }, id, orders);
    this.#pages.set(id, page);
    this.ledger.beginPage(id);
    this.#background.run(async () => {
      const end = await page.run(plan);
      if (end.ended === 'running already') throw new Error(`there is a page ${id} already`);
      const result = end.ended === 'completed' ? end.result : await this.#countLost(address, end);
      this.#pages.delete(id);
      this.ledger.endPage(id, next, result);
    });
  }

  /** If nobody can tell what has become of it, it counts nothing, and the show notices that its counts do not add up. */
  async #countLost(address: PageAddress, { ended, reason }: EarlyEnd): Promise<PageResult> {
    const { firstExecutionRunId: showRunId } = workflowInfo();
    const isCancelled = (name: VariantName) => this.ledger.isCancelled(name);
    try {
      const counted = await countLostPage({ address, showRunId, ended, reason, isCancelled });
      return { ...counted, rest: [] };
    } catch (error) {
      const cancellation = cancellationBehind(error);
      if (cancellation !== undefined) throw cancellation;
      log.error('A page ended early, and nobody can count for it', { reason: describeFailure(error) });
      return { counts: NO_VARIANTS, failures: [], rest: [] };
    }
  }
}
