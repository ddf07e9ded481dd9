/**
 * Who is to blame when an image fails: the machine, until a second one agrees, or until the same one has made another image and fails
 * on this one again. Only then is the image called failed, with what each machine said.
 */
import { ApplicationFailure } from '@temporalio/workflow';
import { messageOfFailure } from '../domain/failure-text.js';
import { FAILURE_TYPES, type FailureType } from '../domain/failure-types.js';
import { describeMachine, type MachineAccount } from '../domain/machine-fault.js';
import { failedWith, machineAccount } from './failures.js';

/** What a machine can be to blame for. */
const FAULTS = [
  FAILURE_TYPES.invalidModel,
  FAILURE_TYPES.nonFiniteLatents,
  FAILURE_TYPES.deviceFailed,
  FAILURE_TYPES.engineLost,
] as const;

/** In a row, wherever. A healthy engine is lost to an accident once or twice, and each resumes one step later at best. */
const MOST_FAULTS = 10;
/** An engine that is lost is asked to go on where its checkpoint lies, so often. */
const LOSSES_ON_ONE_MACHINE = 2;
/** Longest pause before the next order: lets other variants go first without leaving a mended machine idle for long. */
const MAX_PAUSE_MS = 60_000;

export interface Fault {
  readonly type: FailureType;
  readonly reason: string;
  /** Undefined from a worker of an earlier version. */
  readonly account: MachineAccount | undefined;
}

/** Undefined if the failure has nothing to do with a machine. */
export function faultOf(error: unknown): Fault | undefined {
  const type = FAULTS.find((fault) => failedWith(error, fault));
  return type && { type, reason: messageOfFailure(error), account: machineAccount(error) };
}

/** Throws if the image is to blame. @param faults of this image, in turn */
export function throwIfToBlame(faults: readonly Fault[]): void {
  const last = faults.at(-1);
  if (last === undefined) return;
  const why = whyToBlame(faults, last);
  if (why !== undefined) throw ApplicationFailure.nonRetryable(why, last.type);
}

function whyToBlame(faults: readonly Fault[], { type, reason, account }: Fault): string | undefined {
  const same = faults.filter((fault) => fault.type === type);
  if (type === FAILURE_TYPES.engineLost)
    return same.length < MOST_FAULTS
      ? undefined
      : `the engine was lost ${same.length} times in a row, last: ${reason}`;
  // A worker of an earlier version has judged by itself.
  if (account === undefined) return reason;
  const accounts = lastOfEachMachine(same);
  if (accounts.length > 1)
    return `it failed in the same way on ${accounts.length} machines: ${accounts.join('; ')}`;
  const here = same.filter((fault) => fault.account?.spoolId === account.spoolId);
  const onDevice = here.filter((fault) => fault.account?.device === account.device).length;
  const machine = describeMachine(account);
  if (onDevice > 1 && account.didWell)
    return `${machine} failed on it ${onDevice} times, and makes others: ${reason}`;
  if (here.length > 1 && account.isAlone && type === FAILURE_TYPES.nonFiniteLatents) return reason;
  return same.length < MOST_FAULTS
    ? undefined
    : `it failed ${same.length} times in a row, last on ${machine}: ${reason}`;
}

function lastOfEachMachine(faults: readonly Fault[]): string[] {
  const said = new Map<string, string>();
  for (const { account, reason } of faults)
    if (account !== undefined) said.set(account.spoolId, `${describeMachine(account)}: ${reason}`);
  return [...said.values()];
}

/** Spools of the machines that should not be asked again while there are others. */
export function failedOn(faults: readonly Fault[]): string[] {
  const spools = faults.flatMap(({ account }) => (account === undefined ? [] : [account.spoolId]));
  return [...new Set(spools)].filter((spoolId) => !maySucceedOn(spoolId, faults));
}

/** Whether the machine with this spool, which holds the checkpoint, is asked to go on. */
export function maySucceedOn(spoolId: string, faults: readonly Fault[]): boolean {
  const there = faults.filter(({ account }) => account?.spoolId === spoolId);
  return there.length < LOSSES_ON_ONE_MACHINE && there.every(({ type }) => type === FAILURE_TYPES.engineLost);
}

/** 0, 1, 2, 4 … seconds: the first fault costs nothing. */
export const pauseAfter = (faults: number): number =>
  faults === 1 ? 0 : Math.min(1000 * 2 ** (faults - 2), MAX_PAUSE_MS);
