/**
 * Generates one rendition onto this machine's spool. The journal there, not the heartbeat, says how far the image
 * has come: an attempt reads it and goes on, and one that finds a finished image has nothing to do.
 *
 * Killed at any moment, it loses the step in flight. Cancelled by its workflow, it waits until the device has stopped
 * and takes the folder with it; stopped for any other reason, it leaves the folder to the next attempt.
 */

import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { activityInfo, cancellationDetails, cancellationSignal, log } from '@temporalio/activity';
import type { SpoolUsage } from '../../domain/denoise-heartbeat.js';
import { providersText } from '../../domain/execution-providers.js';
import { given } from '../../domain/given.js';
import {
  type AlreadyStored,
  type CheckpointHolder,
  heededIn,
  type Rendition,
  type RenditionRequest,
} from '../../domain/rendition.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { DamagedFileError } from '../../storage/spool/records.js';
import type { Spool } from '../../storage/spool/spool.js';
import type { SpooledRendition } from '../../storage/spool/spooled-rendition.js';
import { anotherMachineFirst, asFailure, checkpointElsewhere, handedBack } from '../failures.js';
import type { GpuActivities } from '../interfaces.js';
import { describeVariant, recordedRequest, renditionIdOf } from '../rendition-id.js';
import { isDecidedOtherwise, isStoredByNow } from './already-stored.js';
import { preferredHolder } from './checkpoint-holder.js';
import type { Attempt } from './denoise-attempt.js';
import { keepEvents, progressOf } from './denoise-events.js';
import { DenoiseHeartbeats } from './denoise-heartbeats.js';
import type { Device, DeviceHold, Devices } from './devices.js';
import { engineJob, type MachineSettings } from './engine-job.js';
import { accountFor, type Fleet, whyElsewhere } from './fleet.js';
import { fetchSourceImage } from './source-image.js';
import { SpoolGauge } from './spool-gauge.js';

export interface GpuPorts extends MachineSettings {
  readonly spool: Spool;
  readonly devices: Devices;
  readonly store: Pick<ObjectStore, 'get' | 'list' | 'getVersioned' | 'description'>;
  readonly fleet: Fleet;
}

export function createGpuActivities(ports: GpuPorts): GpuActivities {
  const machine = { ...ports, gauge: new SpoolGauge(ports.spool) };
  return {
    denoise: async (request, unlessStored = false, failedOn = []) => {
      await preferHolder(machine.spool, request);
      const { device, release } = await placeFor(machine, request, failedOn);
      const complete = completeUnless(unlessStored ? isStoredByNow : isDecidedOtherwise);
      return denoise({ ...machine, device }, request, complete).finally(release);
    },
  };
}

/** The ports, what of them is known of the spool, and the device that the image begins on. */
interface Machine extends GpuPorts {
  readonly gauge: SpoolGauge;
  readonly device: Device;
}

/** Throws AnotherMachineFirst if this machine is not the one to begin. */
async function placeFor(
  { spool, fleet, devices }: GpuPorts,
  request: RenditionRequest,
  failedOn: readonly string[],
): Promise<DeviceHold> {
  const { taskQueue } = activityInfo();
  const renditionId = renditionIdOf(request);
  const order = { spoolId: spool.id, taskQueue, failedOn };
  const why = devices.canTryElsewhere(renditionId) ? undefined : await whyElsewhere(fleet, order);
  const hold = why === undefined && devices.take(renditionId, request.settings.model.path);
  if (hold) return hold;
  throw anotherMachineFirst(describeVariant(request), why ?? `${fleet.host} takes no images at the moment`);
}

async function denoise(
  machine: Machine,
  request: RenditionRequest,
  complete: (machine: Machine, attempt: Attempt) => Promise<Rendition | AlreadyStored>,
): Promise<Rendition | AlreadyStored> {
  const { spool, gauge, device, fleet } = machine;
  const runsOn = providersText(request.settings.model.executionProviders);
  const facts = () => {
    const where = { spoolId: spool.id, host: fleet.host, ...given({ device: device.name }), runsOn };
    const said = { at: new Date().toISOString(), ...where };
    const usage = gauge.read();
    return usage === undefined ? said : { ...said, spool: usage };
  };
  const heartbeats = new DenoiseHeartbeats({ phase: 'queued', step: 0, of: request.settings.steps }, facts);
  const attempt: Attempt = {
    request,
    renditionId: renditionIdOf(request),
    subject: describeVariant(request),
    signal: cancellationSignal(),
    say: (now, picture) => heartbeats.say(now, picture),
  };
  try {
    return await spool.withRendition(attempt.renditionId, () => complete(machine, attempt), attempt);
  } catch (error) {
    heartbeats.sayFailed();
    throw await settle(machine, attempt, error);
  } finally {
    heartbeats.stop();
  }
}

/** Throws CheckpointElsewhere if another machine should go on with this image. */
async function preferHolder(spool: Spool, request: RenditionRequest): Promise<void> {
  const { taskQueue, heartbeatDetails } = activityInfo();
  const own = await spool.findRendition(renditionIdOf(request));
  const ownSteps = own?.steps.length ?? 0;
  const holder = preferredHolder({ taskQueue, heartbeatDetails, ownSteps, ownSpoolId: spool.id });
  if (holder !== undefined) throw checkpointElsewhere(describeVariant(request), holder);
}

/** Once another image is to be in its place, or the same one is, what this spool holds of it is of no use. */
const completeUnless =
  (isNeedless: typeof isStoredByNow) =>
  async (machine: Machine, attempt: Attempt): Promise<Rendition | AlreadyStored> => {
    if (!(await isNeedless(machine.store, attempt))) return completeOnSpool(machine, attempt);
    log.info(`${attempt.subject}: found stored by another run`);
    await (await machine.spool.findRendition(attempt.renditionId))?.remove();
    return { alreadyStored: true };
  };

async function completeOnSpool(machine: Machine, attempt: Attempt): Promise<Rendition> {
  const { spool } = machine;
  const { renditionId, request } = attempt;
  const rendition = await spool.openRendition(renditionId, recordedRequest(request));
  if (!(await hasFinal(rendition))) {
    await generate(machine, attempt, rendition);
    machine.devices.finished(machine.device, renditionId);
  }
  const durations = [...rendition.steps, rendition.final].map((part) => part?.durationMs ?? 0);
  return {
    spoolId: spool.id,
    renditionId,
    journalDigest: rendition.journalDigest,
    steps: rendition.steps.length,
    durationMs: durations.reduce((sum, durationMs) => sum + durationMs, 0),
    ...heededIn(request),
  };
}

/** Whether the final image is there and intact; a damaged one is forgotten, to be decoded again. */
async function hasFinal(rendition: SpooledRendition): Promise<boolean> {
  if (rendition.final === undefined) return false;
  try {
    await rendition.read(rendition.final.png);
    return true;
  } catch (error) {
    if (!(error instanceof DamagedFileError)) throw error;
    log.warn(error.message);
    await rendition.dropFinal();
    return false;
  }
}

async function generate(machine: Machine, attempt: Attempt, rendition: SpooledRendition): Promise<void> {
  const { request, renditionId, subject, signal } = attempt;
  const from = await rendition.lastCheckpoint();
  if (from === undefined) await waitForSpace(machine, attempt);
  else log.info(`${subject}: goes on after step ${from.step}, attempt ${activityInfo().attempt}`);
  const picture = request.settings.image;
  const image =
    picture === undefined
      ? undefined
      : await fetchSourceImage(machine.store, picture, rendition.scratchPath('source.rgb'), attempt);
  // A fresh id: a process that is being replaced may still hold the job of an earlier attempt.
  const jobId = `${renditionId}-${randomUUID()}`;
  const outputDirectory = dirname(rendition.scratchPath(jobId));
  const job = engineJob(request, machine, { jobId, outputDirectory, from, image });
  attempt.say({ phase: 'queued', ...progressOf(rendition), of: request.settings.steps });
  await keepEvents(machine.device.engine.generate(job, signal), rendition, attempt);
}

/** A rendition that has begun does not wait: only finishing it frees what it takes. */
async function waitForSpace(
  { spool, gauge }: Machine,
  { say, signal, request, subject }: Attempt,
): Promise<void> {
  let warned = false;
  const onWaiting = (usage: SpoolUsage) => {
    gauge.note(usage);
    say({ phase: 'spool-full', step: 0, of: request.settings.steps });
    if (!warned)
      log.warn(
        `${subject}: waits, the spool ${spool.directory} holds ${usage.bytes} of ${usage.budgetBytes} bytes; uploads free it`,
      );
    warned = true;
  };
  await spool.waitForSpace({ signal, onWaiting });
}

/** What is left behind, and what is thrown, after an attempt that did not finish. The device has stopped by now. */
async function settle(machine: Machine, attempt: Attempt, error: unknown): Promise<Error> {
  const { spool, fleet, device, devices } = machine;
  const { renditionId, request, subject, signal } = attempt;
  const why = cancellationDetails();
  if (!signal.aborted) {
    const scene = { renditionId, spoolId: spool.id, device, devices };
    const account = await accountFor(error, fleet, scene, request);
    return asFailure(error, subject, { holder: await holderOf(spool, renditionId), account });
  }
  if (why?.workerShutdown) {
    const holder = await holderOf(spool, renditionId);
    return handedBack(subject, holder?.step ?? 0);
  }
  if (why?.cancelRequested) {
    // Under the lock: a timed-out attempt of this process may just be stopping, too.
    await spool.withRendition(renditionId, async () => (await spool.findRendition(renditionId))?.remove());
  }
  return signal.reason;
}

/** This spool, if the image has begun on it; a disk that cannot be read hides no other error. */
async function holderOf(spool: Spool, renditionId: string): Promise<CheckpointHolder | undefined> {
  const rendition = await spool.findRendition(renditionId).catch(() => undefined);
  if (rendition === undefined || rendition.steps.length === 0) return undefined;
  return { spoolId: spool.id, ...progressOf(rendition) };
}
