/**
 * This GPU machine among the others: whether an image begins here or is left to another one, and what is said of it when it fails.
 */
import type { MachineAccount } from '../../domain/machine-fault.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { GPU_QUEUE } from '../../domain/task-queues.js';
import { EngineFailedError, type EngineFailureKind, EngineLostError } from '../../engine/engine.js';
import type { Evidence, MachineHealth } from './machine-health.js';

export interface Fleet {
  /** Name of this machine, for people. */
  readonly host: string;
  readonly health: MachineHealth;
  /** Spools of the other machines whose GPU workers have polled lately. */
  otherSpools(): Promise<readonly string[]>;
}

export interface Order {
  readonly renditionId: string;
  readonly spoolId: string;
  readonly taskQueue: string;
  /** Spools of the machines on which the image has failed. */
  readonly failedOn: readonly string[];
}

/** Why the image is left to another machine; undefined if it begins here, and ends with a word to `health`. */
export async function whyElsewhere(fleet: Fleet, order: Order): Promise<string | undefined> {
  const { renditionId, spoolId, taskQueue, failedOn } = order;
  if (!fleet.health.admits(renditionId)) return `${fleet.host} takes no images at the moment`;
  if (taskQueue !== GPU_QUEUE || !failedOn.includes(spoolId)) return undefined;
  const others = await fleet.otherSpools().catch(() => []);
  if (others.every((other) => failedOn.includes(other))) return undefined;
  fleet.health.left(renditionId);
  return `it has failed on ${fleet.host}`;
}

/** What the machine says of a failure for which it may be to blame; undefined if it is not. */
export async function accountFor(
  error: unknown,
  { host, health, otherSpools }: Fleet,
  { renditionId, spoolId }: Pick<Order, 'renditionId' | 'spoolId'>,
  { settings: { model } }: RenditionRequest,
): Promise<MachineAccount | undefined> {
  const isAlone = await otherSpools().then(
    (others) => others.length === 0,
    () => false,
  );
  const evidence = evidenceOf(error, isAlone);
  if (evidence === undefined) return undefined;
  const didWellSince = health.failed(renditionId, evidence, (error as Error).message);
  // Alone, the machine that makes other images is all there is to compare with.
  const didWell = didWellSince || (isAlone && health.hasFinished);
  return { spoolId, host, runsOn: model.executionProviders.join(', '), didWell, isAlone };
}

function evidenceOf(error: unknown, isAlone: boolean): Evidence | undefined {
  const evidence =
    error instanceof EngineLostError
      ? 'one-of-several'
      : error instanceof EngineFailedError
        ? EVIDENCE[error.kind]
        : undefined;
  // Alone, the machine takes no work from others: each image has its own pauses, and the next one may succeed.
  return evidence !== undefined && isAlone ? 'none' : evidence;
}

const EVIDENCE: Readonly<Record<EngineFailureKind, Evidence | undefined>> = {
  model: 'enough',
  'non-finite': 'one-of-several',
  internal: 'one-of-several',
  request: undefined,
  'disk-full': undefined,
};
