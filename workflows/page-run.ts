/**
 * The loop of a page: begins variants while its orders let it, follows each to its end and counts it. Whatever becomes of a
 * variant, its slot is free again.
 */
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  executeChild,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { PlanActivities, VariantSet } from '../activities/interfaces.js';
import {
  type PageOrders,
  type PregeneratePageInput,
  type VariantWorkflow,
  WORKFLOW_TYPES,
} from '../domain/messages.js';
import type { OpenedCue, OpenedPage } from '../domain/plan-pages.js';
import type { PageProgress, PageResult, VariantName, VariantResult } from '../domain/progress.js';
import { requestVariant } from '../domain/show-plan.js';
import { variantStartOptions } from '../domain/start-options.js';
import { PLAN_OPTIONS } from './activity-options.js';
import { Background } from './background.js';
import { type ChildOutcome, childOutcome } from './child-outcome.js';
import { PageQueue } from './page-queue.js';
import { PageReporter } from './page-reporter.js';
import { PageTally } from './page-tally.js';
import { describePage } from './progress-text.js';
import { OthersWatcher } from './variants-elsewhere.js';

const { findUnstored } = proxyActivities<PlanActivities>(PLAN_OPTIONS.findUnstored);
const { rememberFailures } = proxyActivities<PlanActivities>(PLAN_OPTIONS.rememberFailures);

const LOST = 'it was stored, as its upload said, and is not in the store';

export class PageRun {
  readonly #queue: PageQueue;
  readonly #tally = new PageTally();
  readonly #reporter: PageReporter;
  readonly #background = new Background();
  readonly #others = new OthersWatcher();
  readonly #cues = new Map<string, OpenedCue>();
  /** In which each variant in flight can be cancelled by itself. */
  readonly #scopes = new Map<VariantName, CancellationScope>();
  /** Not in the store although it was counted as stored, once. */
  readonly #lost = new Set<string>();

  constructor(private readonly input: PregeneratePageInput) {
    this.#queue = new PageQueue(input.orders);
    this.#reporter = new PageReporter(this.#queue, this.#tally);
  }

  begin({ cues, skipped }: OpenedPage): void {
    for (const cue of cues) this.#cues.set(cue.task.cueId, cue);
    this.#tally.skip(skipped);
    this.#queue.add(
      cues.flatMap(({ task: { cueId }, variantIds }) =>
        variantIds.map((variantId) => ({ cueId, variantId })),
      ),
    );
  }

  obey(orders: PageOrders): void {
    this.#queue.obey(orders);
  }

  /** Runs until nothing is in flight and nothing may begin. */
  async untilThrough(): Promise<void> {
    for (;;) {
      const { revision } = this.#queue;
      this.#cancelWhatIsCancelled();
      this.#beginVariants();
      this.#reporter.report();
      setCurrentDetails(describePage(this.progress()));
      if (this.#queue.isThrough) break;
      this.#watchOthers();
      await this.#background.until(() => this.#queue.revision !== revision);
    }
    this.#others.end();
  }

  /** Whether there is more to do: something that is counted as stored is missing, or orders have changed. */
  async hasMore(): Promise<boolean> {
    const claims = this.#tally.claims(this.input, [...this.#cues.values()]);
    const lost = claims.cues.length === 0 ? [] : await findUnstored(claims);
    for (const name of lost) await this.#takeBack(name);
    return !this.#queue.isThrough;
  }

  /** Waits, even while being cancelled, until no variant is in flight. */
  settled(): Promise<void> {
    return this.#background.settled();
  }

  progress(): PageProgress {
    const { counts, failures } = this.#tally;
    return { counts, failures, inFlight: this.#queue.inFlight, waiting: this.#queue.notBegun };
  }

  result(): PageResult {
    const { counts, failures } = this.#tally;
    return { counts, failures, rest: this.#queue.rest() };
  }

  #cancelWhatIsCancelled(): void {
    this.#tally.cancel(this.#queue.takeCancelled().length);
    for (const [name, scope] of this.#scopes) if (this.#queue.isCancelled(name)) scope.cancel();
  }

  #beginVariants(): void {
    for (let name = this.#queue.begin(); name !== undefined; name = this.#queue.begin()) this.#follow(name);
  }

  #follow(name: VariantName): void {
    this.#background.run(async () => {
      let isElsewhere = false;
      try {
        const end = await this.#generate(name);
        isElsewhere = end.ended === 'running already';
        if (end.ended !== 'running already') await this.#count(name, end);
      } finally {
        this.#scopes.delete(name);
        if (isElsewhere) this.#queue.leaveToOthers(name);
        else this.#queue.end(name);
      }
    });
  }

  /** As a child that is cancelled when the page ends, however it does. */
  #generate(name: VariantName): Promise<ChildOutcome<VariantResult>> {
    const { task, replace, partial, seeds } = this.#cueOf(name);
    const request = requestVariant(task, name.variantId, seeds?.[name.variantId]);
    const { patience, showRunId } = this.input;
    const input = {
      request,
      replaces: partial.includes(name.variantId),
      ...(replace.includes(name.variantId) ? {} : { unlessStored: true }),
      ...{ patience, showRunId },
    };
    const scope = new CancellationScope();
    this.#scopes.set(name, scope);
    return childOutcome(
      scope.run(() =>
        executeChild<VariantWorkflow>(WORKFLOW_TYPES.variant, {
          ...variantStartOptions(request),
          args: [input],
          cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        }),
      ),
    );
  }

  async #count(
    name: VariantName,
    end: Exclude<ChildOutcome<VariantResult>, { ended: 'running already' }>,
  ): Promise<void> {
    if (end.ended === 'completed') return this.#tally.complete(name, end.result.status);
    if (end.ended === 'cancelled') return this.#tally.cancel(1);
    this.#tally.fail(name, end.reason);
    // A variant that fails remembers that itself.
    if (end.ended !== 'failed') await this.#remember(name, end.reason);
  }

  async #takeBack(name: VariantName): Promise<void> {
    const key = `${name.cueId}/${name.variantId}`;
    this.#tally.takeBack(name);
    if (!this.#lost.has(key)) {
      this.#lost.add(key);
      return this.#queue.add([name]);
    }
    this.#tally.fail(name, LOST);
    await this.#remember(name, LOST);
  }

  #remember(name: VariantName, reason: string): Promise<void> {
    const { project, version, showRunId } = this.input;
    const failure = { ...name, reason, at: new Date().toISOString(), showRunId };
    return rememberFailures({ project, version, failures: [failure] });
  }

  #watchOthers(): void {
    if (this.#queue.elsewhere.length === 0 || this.#others.isOn) return;
    const ended = (name: VariantName, isStored: boolean): void => {
      if (!this.#queue.takeFromOthers(name)) return;
      if (isStored && !this.#cueOf(name).replace.includes(name.variantId)) this.#tally.skip(1);
      else this.#queue.add([name]);
    };
    this.#background.run(async () => {
      await this.#others.run({ set: () => this.#elsewhere(), ended });
      // Another one may have been left to others while the watch was ending.
      this.#queue.touch();
    });
  }

  #elsewhere(): VariantSet {
    const { project, version } = this.input;
    const names = this.#queue.elsewhere;
    const cues = [...this.#cues.values()].flatMap(({ task: { cueId, variants: of, settings } }) => {
      const variantIds = names.filter((name) => name.cueId === cueId).map(({ variantId }) => variantId);
      return variantIds.length === 0 ? [] : [{ cueId, of, previews: settings.previews, variantIds }];
    });
    return { project, version, cues };
  }

  #cueOf({ cueId }: VariantName): OpenedCue {
    const cue = this.#cues.get(cueId);
    if (cue === undefined) throw new Error(`the page has no cue ${cueId}`);
    return cue;
  }
}
