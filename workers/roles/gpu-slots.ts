/**
 * How many images a GPU worker asks the server for: for each device as many as it has slots, none while it is suspended, one while it
 * is on trial. A poll that was under way before brings one image more, which `denoise` leaves to another machine.
 */
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit, WorkerTuner } from '@temporalio/worker';
import type { Devices } from '../../activities/denoise/devices.js';

export class GpuSlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  #taken = 0;
  readonly #events = new EventEmitter();

  /** @param perDevice images in hand of a healthy device */
  constructor(
    private readonly perDevice: number,
    private readonly devices: Pick<Devices, 'capacity' | 'lookAgainMs'>,
  ) {}

  /** Rejects with the signal's reason when the SDK does not want the slot any more: it logs any other error. */
  async reserveSlot(_context: unknown, signal: AbortSignal): Promise<SlotPermit> {
    while (!this.#isFree()) await this.#untilChange(signal);
    this.#taken += 1;
    return {};
  }

  tryReserveSlot(): SlotPermit | null {
    if (!this.#isFree()) return null;
    this.#taken += 1;
    return {};
  }

  markSlotUsed(): void {}

  releaseSlot(): void {
    this.#taken -= 1;
    this.#events.emit('released');
  }

  #isFree(): boolean {
    return this.#taken < this.devices.capacity(this.perDevice);
  }

  async #untilChange(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const options = { signal: AbortSignal.any([signal, over.signal]) };
    const { lookAgainMs } = this.devices;
    const changes: Promise<unknown>[] = [once(this.#events, 'released', options)];
    if (lookAgainMs !== undefined) changes.push(sleep(lookAgainMs, undefined, options));
    try {
      await Promise.race(changes);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      over.abort();
      await Promise.allSettled(changes);
    }
  }
}

/** For a worker that serves activities only. */
export const gpuTuner = (activityTaskSlotSupplier: GpuSlots): WorkerTuner => ({
  activityTaskSlotSupplier,
  workflowTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
  localActivityTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
  nexusTaskSlotSupplier: { type: 'fixed-size', numSlots: 1 },
});
