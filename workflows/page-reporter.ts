/**
 * When a page tells its show how it is: at once what the show has to act upon (slots that became free, slots that are wanted
 * again, a failure), and now and then how far it is.
 */
import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { type PageReport, pageReportSignal } from '../domain/messages.js';
import { NO_VARIANTS, sumOf } from '../domain/progress.js';
import { Level } from './level.js';
import type { PageQueue } from './page-queue.js';
import type { PageTally } from './page-tally.js';
import { isNews } from './window-shares.js';

/** Counts in the Temporal Web UI are no older. Without images that take seconds, it costs a message in a thousand. */
const REPORT_EVERY_MS = 30_000;

export class PageReporter {
  readonly #level: Level<PageReport> | undefined;
  #last: PageReport | undefined;
  #lastAtMs = Date.now();

  constructor(
    private readonly queue: PageQueue,
    private readonly tally: PageTally,
  ) {
    const { parent } = workflowInfo();
    this.#level =
      parent &&
      new Level((report) =>
        getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(pageReportSignal, report),
      );
  }

  /** Reports if there is something to say. What is said not to be held is not used either. */
  report(): void {
    // Without a show, nobody would give back what it lets go.
    if (this.#level === undefined || !this.#hasNews()) return;
    this.queue.release();
    const { slots, wants, orders } = this.queue;
    const { counts, failures } = this.tally;
    const { workflowId: page } = workflowInfo();
    this.#last = { page, revision: orders.revision, slots, wants, counts, failures };
    this.#lastAtMs = Date.now();
    this.#level.tell(this.#last);
  }

  #hasNews(): boolean {
    const { slots, wants, orders } = this.queue;
    const { counts } = this.tally;
    const last = this.#last;
    const share = { granted: orders.window, revision: orders.revision, ...(last && { report: last }) };
    const hasFailed = counts.failed > (last?.counts.failed ?? 0);
    const isLate =
      Date.now() - this.#lastAtMs >= REPORT_EVERY_MS && sumOf(counts) > sumOf(last?.counts ?? NO_VARIANTS);
    return isNews(slots, wants, share) || hasFailed || isLate;
  }
}
