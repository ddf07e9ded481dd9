/**
 * What a page counts: each of its variants once, by what has become of it, and the failed few with their reasons. A variant
 * that it calls stored is looked for in the store before the page ends.
 */
import type { VariantSet } from '../activities/interfaces.js';
import type { ShowAddress } from '../domain/object-keys.js';
import type { OpenedCue } from '../domain/plan-pages.js';
import {
  latestFailures,
  NO_VARIANTS,
  type VariantCounts,
  type VariantFailure,
  type VariantName,
  type VariantResult,
} from '../domain/progress.js';

export class PageTally {
  readonly #counts: { -readonly [Outcome in keyof VariantCounts]: number } = { ...NO_VARIANTS };
  #failures: VariantFailure[] = [];
  /** Stored, as their uploads say. */
  readonly #claims = new Map<string, Map<number, VariantResult['status']>>();

  get counts(): VariantCounts {
    return { ...this.#counts };
  }

  get failures(): readonly VariantFailure[] {
    return this.#failures;
  }

  /** Found stored: another run has made it. */
  skip(variants: number): void {
    this.#counts.skipped += variants;
  }

  cancel(variants: number): void {
    this.#counts.cancelled += variants;
  }

  fail(name: VariantName, reason: string): void {
    this.#counts.failed += 1;
    this.#failures = latestFailures([...this.#failures, { ...name, reason }]);
  }

  complete({ cueId, variantId }: VariantName, status: VariantResult['status']): void {
    this.#counts[status] += 1;
    if (status === 'skipped') return;
    const cue = this.#claims.get(cueId) ?? new Map<number, VariantResult['status']>();
    this.#claims.set(cueId, cue.set(variantId, status));
  }

  /** It was counted as stored and is not in the store: as if it had not been counted. */
  takeBack({ cueId, variantId }: VariantName): void {
    const status = this.#claims.get(cueId)?.get(variantId);
    if (status === undefined) return;
    this.#claims.get(cueId)?.delete(variantId);
    this.#counts[status] -= 1;
  }

  /** What has to be in the store. */
  claims(show: ShowAddress, cues: readonly OpenedCue[]): VariantSet {
    const { project, version } = show;
    return {
      ...{ project, version },
      cues: cues.flatMap(({ task }) => {
        const variantIds = [...(this.#claims.get(task.cueId)?.keys() ?? [])];
        const { cueId, variants: of, settings } = task;
        return variantIds.length === 0 ? [] : [{ cueId, of, previews: settings.previews, variantIds }];
      }),
    };
  }
}
