/**
 * One page of a show's plan: its variants, a window of them at a time. It is small enough to fit into one history, so it never
 * continues as new and hands nothing over. Told to stop, it lets what is in flight finish and gives the rest back. Cancelled
 * or terminated, it cancels its variants, which then leave nothing behind.
 */
import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import { type PregeneratePageInput, pageOrdersSignal, pageProgressQuery } from '../domain/messages.js';
import type { PageResult } from '../domain/progress.js';
import { PLAN_OPTIONS } from './activity-options.js';
import { PageRun } from './page-run.js';

const { openPage } = proxyActivities<PlanActivities>(PLAN_OPTIONS.openPage);

/** Generates what the store does not have of the page. Counts and rest of the result add up to what it was given. */
export async function PregeneratePage(input: PregeneratePageInput): Promise<PageResult> {
  const run = new PageRun(input);
  setHandler(pageOrdersSignal, (orders) => run.obey(orders));
  setHandler(pageProgressQuery, () => run.progress());
  const { project, version, planId, page, only } = input;
  run.begin(await openPage({ project, version, planId, page, ...(only && { only }) }));
  try {
    do await run.untilThrough();
    while (await run.hasMore());
  } finally {
    await run.settled();
  }
  return run.result();
}
