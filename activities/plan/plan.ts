/**
 * What the orchestrator does itself: it plans shows, looks into the store and at the Temporal server, and remembers what
 * failed. Nothing here waits, so a few slots serve any number of shows.
 */
import { cancellationSignal } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { writeManifest } from '../../bookkeeping/manifest.js';
import { chooseTake } from '../../bookkeeping/takes.js';
import { EVERYTHING_MISSING } from '../../domain/show-selection.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { withHeartbeats } from '../heartbeat-timer.js';
import type { PlanActivities } from '../interfaces.js';
import { lookAtRun, lookAtVariants } from './plan-elsewhere.js';
import { asPlanFailures } from './plan-failures.js';
import { findUnstored, openPage } from './plan-page.js';
import { isSpoolPolled } from './plan-pollers.js';
import { planShow, refusalOfPart, tasksOf } from './plan-show.js';
import { rememberFailures } from './remembered-failures.js';

export interface PlanPorts {
  readonly store: ObjectStore;
  readonly client: Client;
  /** The most variants that a page of a plan gets; tests have them small. */
  readonly pageVariants?: number;
}

export function createPlanActivities({ store, client, pageVariants }: PlanPorts): PlanActivities {
  const order = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    asPlanFailures(() => withHeartbeats(undefined, () => work(cancellationSignal())));
  return {
    planShow: (input) => order((signal) => planShow(store, input, pageVariants, signal)),
    refusalOfPart: (input) => order((signal) => refusalOfPart(store, input, signal)),
    openPage: (page) => order((signal) => openPage(store, page, signal)),
    findUnstored: (variants) => order((signal) => findUnstored(store, variants, signal)),
    lookAtVariants: (variants) => order((signal) => lookAtVariants({ client, store }, variants, signal)),
    rememberFailures: (input) => order((signal) => rememberFailures(store, input, signal)),
    writeManifest: ({ bundleKey }) =>
      order(async (signal) => {
        const { show, tasks } = await tasksOf(store, bundleKey, EVERYTHING_MISSING, signal);
        await writeManifest(store, show, tasks, { signal });
      }),
    chooseTake: ({ seed, ...address }) => order((signal) => chooseTake(store, address, seed, { signal })),
    lookAtRun: (run) => order(() => lookAtRun(client, run)),
    isSpoolServed: (spoolId) => order(() => isSpoolPolled(client, spoolId)),
  };
}
