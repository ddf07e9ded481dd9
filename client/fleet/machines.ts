/**
 * The machines of the fleet and what their devices have in hand, from what the server knows: who asks for images, and the heartbeats of
 * those that are being made.
 */
import type { DenoiseHeartbeat, SpoolUsage } from '../../domain/denoise-heartbeat.js';
import { given } from '../../domain/given.js';
import type { VariantAddress } from '../../domain/object-keys.js';
import type { PollingMachine } from '../../live/gpu-queue.js';
import type { ImageOnGpu } from '../../live/ordered-images.js';

export interface ImageInHand extends VariantAddress {
  readonly phase: DenoiseHeartbeat['phase'];
  readonly step: number;
  readonly of: number;
}

export interface DeviceReport {
  /** Absent where the machine's only device has no name. */
  readonly name?: string;
  /** The one that is being computed first. */
  readonly images: readonly ImageInHand[];
  /** Of the image that is being computed; absent until it has a step. */
  readonly secondsPerStep?: number;
}

export interface MachineReport {
  readonly host: string;
  readonly spoolId: string;
  /**
   * `working`: it has an image in hand. `ready`: it asks for images. `silent`: neither, because images have failed on it, because it is
   * drained, or because it is gone; the server forgets it after five minutes.
   */
  readonly state: 'working' | 'ready' | 'silent';
  /** Since it asked for an image last. */
  readonly silentSeconds?: number;
  readonly devices: readonly DeviceReport[];
  readonly spool?: SpoolUsage;
}

/** A living worker renews its poll at least every 60 s; half of that again for a busy machine. */
const POLL_MS = 90_000;
/** Heartbeats come at least every 8 s. One that is older is of a machine that has died a moment ago. */
const HEARTBEAT_MS = 30_000;

/** By name of the machine. @param now milliseconds since 1970 */
export function machineReports(
  polling: readonly PollingMachine[],
  images: readonly ImageOnGpu[],
  now: number,
): MachineReport[] {
  const fresh = images.filter(({ heartbeat: { at } }) => now - Date.parse(at) < HEARTBEAT_MS);
  const bySpool = groupedBy(fresh, ({ heartbeat }) => heartbeat.spoolId);
  const spools = new Set([...polling.map(({ spoolId }) => spoolId), ...bySpool.keys()]);
  return [...spools]
    .map((spoolId) => {
      const machine = polling.find((one) => one.spoolId === spoolId);
      return machineReport(spoolId, machine, bySpool.get(spoolId) ?? [], now);
    })
    .toSorted((a, b) => a.host.localeCompare(b.host) || a.spoolId.localeCompare(b.spoolId));
}

function machineReport(
  spoolId: string,
  machine: PollingMachine | undefined,
  images: readonly ImageOnGpu[],
  now: number,
): MachineReport {
  const host = machine?.host ?? images[0]?.heartbeat.host ?? 'unknown';
  const silentMs = machine === undefined ? 0 : now - machine.polledAt;
  const state = images.length > 0 ? 'working' : silentMs < POLL_MS ? 'ready' : 'silent';
  const spool = images.map(({ heartbeat }) => heartbeat.spool).find((usage) => usage !== undefined);
  return {
    ...{ host, spoolId, state },
    ...(state === 'silent' && { silentSeconds: Math.round(silentMs / 1000) }),
    devices: deviceReports(machine?.devices ?? [], images),
    ...given({ spool }),
  };
}

function deviceReports(named: readonly string[], images: readonly ImageOnGpu[]): DeviceReport[] {
  const byDevice = groupedBy(images, ({ heartbeat }) => heartbeat.device);
  const names = new Set([...named, ...byDevice.keys()]);
  if (names.size === 0) names.add(undefined);
  return [...names].map((name) => deviceReport(name, byDevice.get(name) ?? []));
}

function deviceReport(name: string | undefined, images: readonly ImageOnGpu[]): DeviceReport {
  const inOrder = images.toSorted((a, b) => b.heartbeat.step - a.heartbeat.step);
  const timed = inOrder.find(
    ({ heartbeat: { step, doneMs } }) => step > 0 && doneMs !== undefined,
  )?.heartbeat;
  return {
    ...given({ name }),
    images: inOrder.map(({ address, heartbeat: { phase, step, of } }) => ({ ...address, phase, step, of })),
    ...(timed && { secondsPerStep: (timed.doneMs ?? 0) / timed.step / 1000 }),
  };
}

function groupedBy<T, K>(list: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of list) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
