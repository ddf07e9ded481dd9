/**
 * This GPU machine among the others: whether an image begins here or is left to another one, and what is said of it when it fails.
 */
import { providersText } from '../../domain/execution-providers.js';
import { given } from '../../domain/given.js';
import type { MachineAccount } from '../../domain/machine-fault.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { gpuQueueOf, isSharedGpuQueue } from '../../domain/task-queues.js';
import { EngineFailedError, type EngineFailureKind, EngineLostError } from '../../engine/engine.js';
import type { Evidence } from './device-health.js';
import type { Device, Devices } from './devices.js';

export interface Fleet {
  /** Name of this machine, for people. */
  readonly host: string;
  /** Spools of the other machines whose GPU workers have polled this task queue lately. */
  otherSpools(taskQueue: string): Promise<readonly string[]>;
}

export interface Order {
  readonly spoolId: string;
  readonly taskQueue: string;
  /** Spools of the machines on which the image has failed. */
  readonly failedOn: readonly string[];
}

/** Why the image is left to another machine; undefined if it may begin here. */
export async function whyElsewhere(
  { host, otherSpools }: Fleet,
  { spoolId, taskQueue, failedOn }: Order,
): Promise<string | undefined> {
  if (!isSharedGpuQueue(taskQueue) || !failedOn.includes(spoolId)) return undefined;
  const others = await otherSpools(taskQueue).catch(() => []);
  return others.every((other) => failedOn.includes(other)) ? undefined : `it has failed on ${host}`;
}

/** Where an image was made that failed. */
export interface Scene {
  readonly renditionId: string;
  readonly spoolId: string;
  readonly device: Device;
  readonly devices: Devices;
}

/** What the machine says of a failure for which it, or its device, may be to blame; undefined if they are not. */
export async function accountFor(
  error: unknown,
  { host, otherSpools }: Fleet,
  { renditionId, spoolId, device, devices }: Scene,
  { settings: { model } }: RenditionRequest,
): Promise<MachineAccount | undefined> {
  const isAlone = await otherSpools(gpuQueueOf(model.queue)).then(
    (others) => others.length === 0,
    () => false,
  );
  const evidence = evidenceOf(error, isAlone && !devices.hasFitBeside(device));
  if (evidence === undefined) return undefined;
  const { name, health } = device;
  const didWellSince = health.failed(renditionId, evidence, (error as Error).message);
  // Alone, the device that makes other images is all there is to compare with.
  const didWell = didWellSince || (isAlone && health.hasFinished);
  const runsOn = providersText(model.executionProviders);
  return { spoolId, host, ...given({ device: name }), runsOn, didWell, isAlone };
}

/** @param isLast no other device takes images */
function evidenceOf(error: unknown, isLast: boolean): Evidence | undefined {
  const evidence =
    error instanceof EngineLostError
      ? 'one-of-several'
      : error instanceof EngineFailedError
        ? EVIDENCE[error.kind]
        : undefined;
  // The last device takes no work from others: each image has its own pauses, and the next one may succeed.
  return evidence !== undefined && isLast ? 'none' : evidence;
}

const EVIDENCE: Readonly<Record<EngineFailureKind, Evidence | undefined>> = {
  model: 'enough',
  'non-finite': 'one-of-several',
  internal: 'one-of-several',
  request: undefined,
  'disk-full': undefined,
};
