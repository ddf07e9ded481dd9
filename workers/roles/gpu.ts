/**
 * The GPU role: denoises onto the spool of this machine, with one engine process on one device. It never uploads:
 * a crashing model must not hold back images that exist.
 */
import { Runtime, Worker } from '@temporalio/worker';
import { createGpuActivities } from '../../activities/denoise/denoise.js';
import { GPU_QUEUE, gpuSpoolQueue } from '../../domain/task-queues.js';
import { gpuWorkerIdentity } from '../../domain/worker-identity.js';
import { EngineHost, type EngineHostOptions } from '../../engine/host/host.js';
import { openStore } from '../../storage/open-store.js';
import { Spool } from '../../storage/spool/spool.js';
import { READABLE_FAILURES } from '../readable-failures.js';
import { gpuFleet } from './gpu-fleet.js';
import { GpuSlots, gpuTuner } from './gpu-slots.js';
import type { RoleContext, RoleWorker } from './role.js';

/** One variant on the device and the next already in the engine's hands, so that the device never waits for us. */
const VARIANTS_IN_HAND = 2;
/** As many can have begun here when this process died. */
const VARIANTS_TO_GO_ON_WITH = VARIANTS_IN_HAND;
/** None: every step is a checkpoint, so stopping at once loses the step in flight and hands the variant back soonest. */
const SHUTDOWN_GRACE_TIME = 0;
/** A device may need this long to end its step; after it the process ends anyhow, and the step is computed again. */
const SHUTDOWN_FORCE_TIME = '60 seconds';

/** @param device what stands in for the engine process, in measurements without a device */
export async function createGpuWorker(
  { connection, namespace, configuration }: RoleContext,
  device: Pick<EngineHostOptions, 'module'> = {},
): Promise<RoleWorker> {
  const {
    spool: directory,
    spoolBudgetBytes,
    store: storeUrl,
    stepTimeoutMs,
    heartbeatMs,
    models,
    threads,
    modelMemoryBytes,
    machinePauseMs,
    mergedModels,
  } = configuration;
  const spool = await Spool.open(directory, { budgetBytes: spoolBudgetBytes });
  const store = openStore(storeUrl);
  const engine = new EngineHost({
    stepTimeoutMs,
    ...device,
    report: (incident) => Runtime.instance().logger.warn(incident),
  });
  const close = async () => {
    await engine.close();
    store.close();
  };
  try {
    const fleet = gpuFleet({ connection, namespace, spoolId: spool.id, pauseMs: machinePauseMs });
    const activities = createGpuActivities({
      spool,
      store,
      engine,
      models,
      threads,
      modelMemoryBytes,
      fleet,
      mergedModels,
    });
    const identity = gpuWorkerIdentity(process.pid, fleet.host, spool.id);
    const serve = (taskQueue: string, slots: number) =>
      Worker.create({
        connection,
        namespace,
        taskQueue,
        activities,
        identity,
        interceptors: READABLE_FAILURES,
        tuner: gpuTuner(new GpuSlots(slots, fleet.health)),
        // People watch the steps: the SDK would otherwise report only every 80 % of the heartbeat timeout.
        maxHeartbeatThrottleInterval: heartbeatMs,
        shutdownGraceTime: SHUTDOWN_GRACE_TIME,
        shutdownForceTime: SHUTDOWN_FORCE_TIME,
      });
    const anyone = await serve(GPU_QUEUE, VARIANTS_IN_HAND);
    return { workers: [anyone, await serve(gpuSpoolQueue(spool.id), VARIANTS_TO_GO_ON_WITH)], close };
  } catch (error) {
    await close();
    throw error;
  }
}
