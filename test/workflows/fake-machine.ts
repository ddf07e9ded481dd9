/**
 * A GPU machine that computes nothing: its activities have the real ones' types, note what is asked of them, and
 * leave (empty) objects in a real store. A test replaces the one activity that it wants to see fail.
 */
import { Context } from '@temporalio/activity';
import { isStoredByNow } from '../../activities/denoise/already-stored.js';
import type { GpuActivities, UploadActivities } from '../../activities/interfaces.js';
import {
  finalKey,
  JSON_CONTENT_TYPE,
  PNG_CONTENT_TYPE,
  timingKey,
  type VariantAddress,
} from '../../domain/object-keys.js';
import { failureKey } from '../../domain/remembered-failure.js';
import type { RenditionReference, RenditionRequest } from '../../domain/rendition.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { EventLog } from '../support/event-log.js';
import { sampleRendition } from './samples.js';

export type MachineActivities = GpuActivities & UploadActivities;

export class FakeMachine {
  readonly log = new EventLog();
  /** Number of variants between the start of `denoise` and their release from the spool: now, and at most. */
  inFlight = 0;
  maxInFlight = 0;

  constructor(
    readonly spoolId: string,
    private readonly store: ObjectStore,
  ) {}

  /** The activities, with `overrides` in place of some; each call is first logged as `verb cueId/variantId`. */
  activities(
    overrides: Partial<MachineActivities> | ((own: MachineActivities) => Partial<MachineActivities>) = {},
  ): MachineActivities {
    const own = this.#defaults();
    const all = { ...own, ...(typeof overrides === 'function' ? overrides(own) : overrides) };
    const noting =
      <A extends VariantAddress, R>(verb: string, work: (address: A) => Promise<R>) =>
      (address: A): Promise<R> => {
        this.log.add(`${verb} ${address.cueId}/${address.variantId}`);
        return work(address);
      };
    const denoise = noting('denoise', (request: RenditionRequest) => {
      if (Context.current().info.attempt === 1) this.#enter();
      return all.denoise(request);
    });
    return {
      denoise: async (request, unlessStored = false) =>
        unlessStored && (await this.#isStored(request)) ? { alreadyStored: true } : denoise(request),
      withdrawTiming: noting('withdrawTiming', all.withdrawTiming),
      uploadFinal: noting('uploadFinal', async (reference) => {
        await all.uploadFinal(reference);
        if (!reference.previews) await this.#release(reference);
      }),
      uploadPreviews: noting('uploadPreviews', all.uploadPreviews),
      composeTiming: noting('composeTiming', async (reference) => {
        const outcome = await all.composeTiming(reference);
        await this.#release(reference);
        return outcome;
      }),
      releaseSpool: noting('releaseSpool', async (reference) => {
        await all.releaseSpool(reference);
        this.inFlight -= 1;
      }),
    };
  }

  /** Logged calls of one variant, without its name. */
  eventsOf(cueId: string, variantId: number): string[] {
    const suffix = ` ${cueId}/${variantId}`;
    return this.log.events.flatMap((event) =>
      event.endsWith(suffix) ? [event.slice(0, -suffix.length)] : [],
    );
  }

  #isStored(request: RenditionRequest): Promise<boolean> {
    const signal = Context.current().cancellationSignal;
    return isStoredByNow(this.store, { request, subject: request.cueId, signal });
  }

  #enter(): void {
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
  }

  /** What the last upload does: forgets an earlier failure, and frees the spool. */
  async #release(reference: RenditionReference): Promise<void> {
    await this.store.delete(failureKey(reference));
    this.log.add(`released ${reference.cueId}/${reference.variantId}`);
    this.inFlight -= 1;
  }

  #defaults(): MachineActivities {
    const nothing = Buffer.alloc(0);
    return {
      denoise: async (request) => sampleRendition(request, this.spoolId),
      withdrawTiming: async () => {},
      uploadFinal: (reference) =>
        this.store.put(finalKey(reference), nothing, { contentType: PNG_CONTENT_TYPE }),
      uploadPreviews: async () => {},
      composeTiming: async (reference) => {
        await this.store.put(timingKey(reference), nothing, { contentType: JSON_CONTENT_TYPE });
        return { missingSteps: [] };
      },
      releaseSpool: async () => {},
    };
  }
}

/** Works until it is cancelled, with heartbeats like the real activity; ends when the device has "stopped". */
export const untilCancelled = (): Promise<never> => heartbeating(Context.current().cancelled);

/** Waits for `work`, with heartbeats like the real activity, so that slow test machines cause no timeout. */
export async function heartbeating<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => Context.current().heartbeat(), 100);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
