/**
 * What a cue counts: its variants by outcome, and the failed few with their reasons.
 */
import type { PregenerateCueInput } from '../domain/messages.js';
import {
  type CueProgress,
  MAX_REPORTED_FAILURES,
  type VariantFailure,
  type VariantResult,
} from '../domain/progress.js';
import type { VariantStatus } from '../domain/search-attributes.js';
import type { WorkflowOutcome } from '../domain/workflow-outcome.js';

export class CueTally {
  readonly #cueId: string;
  readonly #total: number;
  readonly #counts: { stored: number; degraded: number; failed: number };
  readonly #failures: VariantFailure[];

  constructor({ task, variantIds, done }: PregenerateCueInput) {
    const { stored, degraded, failed } = done ?? { stored: 0, degraded: 0, failed: 0 };
    this.#cueId = task.cueId;
    this.#total = done?.total ?? variantIds.length;
    this.#counts = { stored, degraded, failed };
    this.#failures = [...(done?.failures ?? [])];
  }

  count(variantId: number, outcome: WorkflowOutcome<VariantResult>): void {
    if (outcome.ended === 'completed') {
      this.#counts[outcome.result.status] += 1;
      return;
    }
    this.#counts.failed += 1;
    this.#failures.push({ cueId: this.#cueId, variantId, reason: outcome.reason });
    this.#failures.splice(0, this.#failures.length - MAX_REPORTED_FAILURES);
  }

  get failed(): number {
    return this.#counts.failed;
  }

  progress(inFlight: readonly number[]): CueProgress {
    const failures = [...this.#failures];
    return { cueId: this.#cueId, total: this.#total, ...this.#counts, inFlight, failures };
  }

  /** The worst that happened to any variant. */
  status(): VariantStatus {
    if (this.#counts.failed > 0) return 'failed';
    return this.#counts.degraded > 0 ? 'degraded' : 'stored';
  }
}
