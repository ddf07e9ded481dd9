/**
 * The GPU role: denoises onto the spool of this machine, with one engine process for each device. It never uploads:
 * a crashing model must not hold back images that exist.
 */
import { availableParallelism } from 'node:os';
import { Worker } from '@temporalio/worker';
import { createGpuActivities } from '../../activities/denoise/denoise.js';
import type { Devices } from '../../activities/denoise/devices.js';
import { sharedThreads } from '../../domain/devices.js';
import { gpuSpoolQueue } from '../../domain/task-queues.js';
import { gpuWorkerIdentity } from '../../domain/worker-identity.js';
import type { EngineHostOptions } from '../../engine/host/host.js';
import { Spool } from '../../storage/spool/spool.js';
import { SpoolMembership } from '../../storage/spool/spool-workers.js';
import { untilTrue } from '../drain.js';
import { openWatchedStore } from '../health/open-watched-store.js';
import { watchSpool } from '../health/spool-health.js';
import { READABLE_FAILURES } from '../readable-failures.js';
import { gpuDevices } from './gpu-devices.js';
import { gpuFleet } from './gpu-fleet.js';
import { preload, preloadJobs } from './gpu-preload.js';
import { GpuSlots, gpuTuner } from './gpu-slots.js';
import type { RoleContext, RoleWorker } from './role.js';

/** Of each device and queue: one variant on it and the next already in the engine's hands, so that the device never waits for us. */
const VARIANTS_IN_HAND = 2;
/** As many can have begun here when this process died. */
const VARIANTS_TO_GO_ON_WITH = VARIANTS_IN_HAND;
/** None: every step is a checkpoint, so stopping at once loses the step in flight and hands the variant back soonest. */
const SHUTDOWN_GRACE_TIME = 0;
/** A device may need this long to end its step; after it the process ends anyhow, and the step is computed again. */
const SHUTDOWN_FORCE_TIME = '60 seconds';

/** @param device what stands in for the engine process, in measurements without a device */
export async function createGpuWorker(
  { connection, namespace, configuration, health }: RoleContext,
  device: Pick<EngineHostOptions, 'module'> = {},
): Promise<RoleWorker> {
  const { spool: directory, spoolBudgetBytes, store: storeUrl, heartbeatMs } = configuration;
  const { models, modelMemoryBytes, mergedModels } = configuration;
  const threads = configuration.threads ?? sharedThreads(configuration.devices, availableParallelism());
  const spool = await Spool.open(directory, { budgetBytes: spoolBudgetBytes });
  const membership = await SpoolMembership.join(spool.directory, 'gpu');
  const store = openWatchedStore(storeUrl, health);
  const { devices, all, close: closeDevices } = gpuDevices(configuration, device, health);
  const closing = new AbortController();
  const stopWatching = watchSpool(spool, health, 'room');
  const close = async () => {
    closing.abort();
    stopWatching();
    await closeDevices();
    store.close();
    await membership.leave();
  };
  try {
    const fleet = gpuFleet({ connection, namespace, spoolId: spool.id });
    const machine = { spool, store, devices, fleet, models, threads, modelMemoryBytes, mergedModels };
    if (configuration.preload !== undefined) {
      const jobs = await preloadJobs(configuration.preload, machine);
      const { signal } = closing;
      for (const one of all)
        void preload(one, { devices, jobs, health, pauseMs: configuration.machinePauseMs, signal });
    }
    const activities = createGpuActivities(machine);
    const names = configuration.devices.flatMap(({ name }) => name ?? []);
    const here = { host: fleet.host, spoolId: spool.id, devices: names };
    const identity = gpuWorkerIdentity(process.pid, here);
    const serve = (taskQueue: string, perDevice: number) =>
      Worker.create({
        connection,
        namespace,
        taskQueue,
        activities,
        identity,
        interceptors: READABLE_FAILURES,
        tuner: gpuTuner(new GpuSlots(perDevice, devices)),
        // People watch the steps: the SDK would otherwise report only every 80 % of the heartbeat timeout.
        maxHeartbeatThrottleInterval: heartbeatMs,
        shutdownGraceTime: SHUTDOWN_GRACE_TIME,
        shutdownForceTime: SHUTDOWN_FORCE_TIME,
      });
    const own = await serve(gpuSpoolQueue(spool.id), VARIANTS_TO_GO_ON_WITH);
    const [first, ...others] = await Promise.all(
      configuration.gpuQueues.map((queue) => serve(queue, VARIANTS_IN_HAND)),
    );
    const drain = () => {
      devices.drain();
      return untilTrue(() => devices.images === 0);
    };
    const drainWanted = whyDrained(membership, devices, configuration.exitWhenIdleMs);
    return { workers: [first ?? own, ...others, own], drain, drainWanted, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Resolves when somebody has asked for it, or when no image has come for too long. */
async function whyDrained(
  membership: SpoolMembership,
  devices: Devices,
  exitWhenIdleMs = Number.POSITIVE_INFINITY,
): Promise<string> {
  const isIdle = () => devices.idleMs >= exitWhenIdleMs;
  await untilTrue(async () => isIdle() || (await membership.isAskedToDrain()));
  return isIdle() ? `it has had no image for ${exitWhenIdleMs / 1000} s` : 'it was asked to be drained';
}
