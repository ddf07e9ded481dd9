/**
 * The uploader role: serves the queue of one spool. Any process that opens the same folder serves the same queue, so
 * a restarted or second uploader goes on where the first stopped. It also keeps the spool free of what nobody needs.
 */
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createUploadActivities } from '../../activities/upload/uploads.js';
import { spoolQueue } from '../../domain/task-queues.js';
import { Spool } from '../../storage/spool/spool.js';
import { SpoolMembership, spoolWorkers } from '../../storage/spool/spool-workers.js';
import { untilTrue } from '../drain.js';
import { openWatchedStore } from '../health/open-watched-store.js';
import { watchSpool } from '../health/spool-health.js';
import { say } from '../log/logging.js';
import { READABLE_FAILURES } from '../readable-failures.js';
import {
  finishedAndWanted,
  SWEEP_ENDED_EVERY_MS,
  SWEEP_EVERY_MS,
  sweepEnded,
  sweepSpool,
} from '../spool-sweep.js';
import type { RoleContext, RoleWorker } from './role.js';

/** A few variants' worth of uploads; the store's client limits the requests among them. */
const CONCURRENT_UPLOADS = 16;
/** Long enough for a preview or a final image that is on its way; longer ones are begun again elsewhere. */
const SHUTDOWN_GRACE_TIME = '10 seconds';
/** A cancelled request ends at once; this is for a disk that hangs. */
const SHUTDOWN_FORCE_TIME = '30 seconds';

export async function createUploader({
  connection,
  namespace,
  configuration,
  health,
}: RoleContext): Promise<RoleWorker> {
  const spool = await Spool.open(configuration.spool, { budgetBytes: configuration.spoolBudgetBytes });
  const membership = await SpoolMembership.join(spool.directory, 'uploader');
  const store = openWatchedStore(configuration.store, health);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: spoolQueue(spool.id),
    activities: createUploadActivities({ spool, store }),
    interceptors: READABLE_FAILURES,
    maxConcurrentActivityTaskExecutions: CONCURRENT_UPLOADS,
    // A cancellation arrives in answer to a heartbeat, and a killed upload goes on from the last one: the SDK's 24 s are too coarse.
    maxHeartbeatThrottleInterval: configuration.heartbeatMs,
    shutdownGraceTime: SHUTDOWN_GRACE_TIME,
    shutdownForceTime: SHUTDOWN_FORCE_TIME,
  });
  const report = (line: string) => say('info', line);
  const client = new Client({ connection, namespace });
  const sweep = () => void sweepSpool({ spool, client, report });
  const stopWatching = watchSpool(spool, health, 'files');
  const timers = [
    setInterval(sweep, SWEEP_EVERY_MS),
    setInterval(() => void sweepEnded({ spool, client, report }), SWEEP_ENDED_EVERY_MS),
  ];
  sweep();
  const close = async () => {
    for (const timer of timers) clearInterval(timer);
    stopWatching();
    store.close();
    await membership.leave();
  };
  const drain = () => untilTrue(() => hasNothingToStore(spool, client));
  const drainWanted = untilTrue(() => membership.isAskedToDrain()).then(() => 'it was asked to be drained');
  return { workers: [worker], drain, drainWanted, close };
}

/** Whether no image can come any more, and all that were finished here are stored. A server that does not answer says neither. */
async function hasNothingToStore(spool: Spool, client: Client): Promise<boolean> {
  const workers = await spoolWorkers(spool.directory);
  if (workers.some(({ role }) => role === 'gpu')) return false;
  return (await finishedAndWanted({ spool, client }).catch(() => 1)) === 0;
}
