/**
 * Counts for a page that ended early, which nobody but a person or a mistake brings about. Its variants are being cancelled by
 * then: when the last of them has stopped, the store says which of them are there, and the others are named.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { PageAddress, PlanActivities, VariantSet } from '../activities/interfaces.js';
import type { OpenedPage } from '../domain/plan-pages.js';
import { latestFailures, NO_VARIANTS, type VariantFailure, type VariantName } from '../domain/progress.js';
import { PLAN_OPTIONS } from './activity-options.js';
import type { PageCounts } from './show-tally.js';
import { watchOthers } from './variants-elsewhere.js';

const { openPage } = proxyActivities<PlanActivities>(PLAN_OPTIONS.openPage);
const { rememberFailures } = proxyActivities<PlanActivities>(PLAN_OPTIONS.rememberFailures);

export interface LostPage {
  readonly address: PageAddress;
  readonly showRunId: string;
  /** How the page ended. */
  readonly ended: 'failed' | 'cancelled' | 'terminated' | 'timed out';
  readonly reason: string;
  /** Whether an operator has cancelled the variant. */
  isCancelled(name: VariantName): boolean;
}

/** Whatever has become of each variant. What an operator has stopped is cancelled; the rest is remembered as failed. */
export async function countLostPage(lost: LostPage): Promise<PageCounts> {
  const { address, ended, reason, showRunId } = lost;
  const page = await openPage(address);
  const { stored, missing } = await untilEnded(address, page);
  const isCancelled = (name: VariantName) => ended === 'cancelled' || lost.isCancelled(name);
  const failures = missing
    .filter((name) => !isCancelled(name))
    .map((name): VariantFailure => ({ ...name, reason: `its page ended early: ${reason}` }));
  const at = new Date().toISOString();
  const { project, version } = address;
  const remembered = failures.map((failure) => ({ ...failure, at, showRunId }));
  if (failures.length > 0) await rememberFailures({ project, version, failures: remembered });
  const counts = {
    ...NO_VARIANTS,
    stored: page.skipped + stored,
    failed: failures.length,
    cancelled: missing.length - failures.length,
  };
  return { counts, failures: latestFailures(failures) };
}

async function untilEnded(
  { project, version }: PageAddress,
  { cues }: OpenedPage,
): Promise<{ stored: number; missing: VariantName[] }> {
  let stored = 0;
  const missing: VariantName[] = [];
  const left = new Map(cues.map(({ task, variantIds }) => [task.cueId, new Set(variantIds)]));
  const set = (): VariantSet => ({
    ...{ project, version },
    cues: cues.flatMap(({ task: { cueId, variants: of, settings } }) => {
      const variantIds = [...(left.get(cueId) ?? [])];
      return variantIds.length === 0 ? [] : [{ cueId, of, previews: settings.previews, variantIds }];
    }),
  });
  const mayBeOlder = ({ cueId, variantId }: VariantName) =>
    cues.some(({ task, replace }) => task.cueId === cueId && replace.includes(variantId));
  await watchOthers({
    set,
    ended(name, isStored) {
      left.get(name.cueId)?.delete(name.variantId);
      if (isStored && !mayBeOlder(name)) stored += 1;
      else missing.push(name);
    },
  });
  return { stored, missing };
}
