/**
 * The devices of this machine, and which of them an image begins on: each has an engine process of its own, a health of its own, and
 * its next image in hand. What happens to one leaves the others alone.
 */
import type { Engine } from '../../engine/engine.js';
import type { DeviceHealth } from './device-health.js';

export interface Device {
  /** Undefined where a machine's only device has not been named. */
  readonly name: string | undefined;
  readonly engine: Engine;
  readonly health: DeviceHealth;
}

interface Load {
  readonly device: Device;
  /** Images in hand. */
  images: number;
  /** Of the image that was given to it last. */
  model: string | undefined;
}

/** An image's place on a device, until it is released. */
export interface DeviceHold {
  readonly device: Device;
  release(): void;
}

/** How soon is looked whether a device has been let in, which nobody tells. */
const LOOK_AGAIN_MS = 1_000;

export class Devices {
  readonly #loads: readonly Load[];
  /** Not let in yet. */
  readonly #held = new Set<Device>();
  #isDraining = false;
  /** Models that are being loaded without an image. */
  #loading = 0;
  #inUseAt = performance.now();

  constructor(all: readonly Device[]) {
    this.#loads = all.map((device) => ({ device, images: 0, model: undefined }));
  }

  /** No image begins on this device until it is let in. */
  hold(device: Device): void {
    this.#held.add(device);
  }

  letIn(device: Device): void {
    this.#held.delete(device);
  }

  /** From now on no image begins here. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Images in hand. */
  get images(): number {
    return this.#loads.reduce((sum, { images }) => sum + images, 0);
  }

  /** Milliseconds since an image was in hand, or a model was being loaded. */
  get idleMs(): number {
    return this.images + this.#loading > 0 ? 0 : performance.now() - this.#inUseAt;
  }

  /** Loads models on a device; the machine is not idle meanwhile. */
  async whileLoading<T>(load: () => Promise<T>): Promise<T> {
    this.#loading += 1;
    try {
      return await load();
    } finally {
      this.#loading -= 1;
      this.#inUseAt = performance.now();
    }
  }

  get all(): readonly Device[] {
    return this.#loads.map(({ device }) => device);
  }

  /** Images that may be in hand now. @param perDevice of a healthy one; on trial it has one, suspended none */
  capacity(perDevice: number): number {
    if (this.#isDraining) return 0;
    const of = ({ waitMs, isOnTrial }: DeviceHealth) => (waitMs > 0 ? 0 : isOnTrial ? 1 : perDevice);
    return this.#admitted.reduce((sum, { health }) => sum + of(health), 0);
  }

  /** Milliseconds until there may be room by itself, on a device that may try an image then; undefined if there will be none. */
  get lookAgainMs(): number | undefined {
    const waits = this.all.map(({ health }) => health.waitMs).filter((waitMs) => waitMs > 0);
    if (this.#held.size > 0) waits.push(LOOK_AGAIN_MS);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  get #admitted(): readonly Device[] {
    return this.all.filter((device) => !this.#held.has(device));
  }

  /** Whether another device of this machine takes images without a doubt. */
  hasFitBeside(device: Device): boolean {
    return this.#admitted.some((other) => other !== device && !other.health.isOnTrial);
  }

  /** Whether an image that has failed on one device of this machine may begin on another one that has not tried it. */
  canTryElsewhere(renditionId: string): boolean {
    const failed = this.all.filter(({ health }) => health.hasFailed(renditionId));
    if (failed.length === 0) return false;
    return this.#admitted.some((device) => !failed.includes(device) && !device.health.isOnTrial);
  }

  /**
   * A place on the device that suits the image best: one on which it has not failed, with the fewest images in hand, that was given
   * an image of the same model last. Undefined if no device takes images at the moment.
   */
  take(renditionId: string, model: string): DeviceHold | undefined {
    if (this.#isDraining) return undefined;
    const load = [...this.#loads]
      .sort((a, b) => unfitness(a, renditionId, model) - unfitness(b, renditionId, model))
      .find(({ device }) => !this.#held.has(device) && device.health.admits(renditionId));
    if (load === undefined) return undefined;
    load.images += 1;
    load.model = model;
    return { device: load.device, release: () => this.#release(load, renditionId) };
  }

  /** The image is made: that it has failed on others of these devices says nothing about when it is made again. */
  finished(device: Device, renditionId: string): void {
    for (const { health } of this.all) if (health !== device.health) health.forget(renditionId);
    device.health.finished(renditionId);
  }

  #release(load: Load, renditionId: string): void {
    load.images -= 1;
    this.#inUseAt = performance.now();
    load.device.health.left(renditionId);
  }
}

/** Less is better: first whether it has failed there, then how many wait there, then whether the model has to be loaded. */
function unfitness({ device, images, model }: Load, renditionId: string, wanted: string): number {
  const failed = device.health.hasFailed(renditionId) ? 1_000_000 : 0;
  return failed + 2 * images + (model === wanted ? 0 : 1);
}
