/**
 * How soon steering takes effect, counted in steps and images instead of time: at the end of the current step or image, and not
 * one later.
 */
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { expect, test } from 'vitest';
import {
  cancelPartUpdate,
  pauseCueUpdate,
  pauseUpdate,
  resumeCueUpdate,
  resumeUpdate,
  type ShowWorkflow,
  setWindowUpdate,
  showProgressQuery,
} from '../../domain/messages.js';
import type { CuePart } from '../../domain/progress.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';
import { variantWorkflowId } from '../../domain/workflow-ids.js';
import { EventLog } from '../support/event-log.js';
import { makeGate } from '../support/gate.js';
import { allVariants, denoised } from './expectations.js';
import { heartbeating } from './fake-machine.js';
import { useRig } from './rig.js';
import { sampleRendition } from './samples.js';
import { startSampleShow } from './start-show.js';

const rig = useRig();

/** A device whose steps end when the test releases them, or on cancellation; it logs the beginning of each step. */
function steppedDevice() {
  const log = new EventLog();
  const { open, release } = makeGate();
  const denoise = (request: RenditionRequest): Promise<Rendition> =>
    heartbeating(
      (async () => {
        const { cueId, variantId, settings } = request;
        for (let step = 1; step <= settings.steps; step++) {
          log.add(`${cueId}/${variantId} step ${step}`);
          await Promise.race([open, Context.current().cancelled]).catch((error: unknown) => {
            log.add(`${cueId}/${variantId} stopped`);
            throw error;
          });
        }
        return sampleRendition(request);
      })(),
    );
  return { log, denoise, endSteps: release };
}

test('a show that is paused in the middle of an image finishes the images in flight and starts no other', () => {
  const device = steppedDevice();
  return rig().withMachine(
    { denoise: device.denoise },
    async (machine) => {
      const show = await startSampleShow(rig(), 'steer-pause', { cues: 3, variants: 2, window: 2 });
      await device.log.untilMatch(/ step 1$/);
      await show.executeUpdate(pauseUpdate);
      device.endSteps();
      await machine.log.until('released cue_0/1');
      await machine.log.until('released cue_0/2');
      await expect
        .poll(() => show.query(showProgressQuery), { timeout: 60_000 })
        .toMatchObject({ phase: 'paused', pagesInFlight: [] });
      expect(denoised(machine.log.events)).toEqual(allVariants(1, 2));
      await show.executeUpdate(setWindowUpdate, { args: [1] });
      await show.executeUpdate(resumeUpdate);
      expect(await show.result()).toMatchObject({ stored: 6, failed: 0, window: 1 });
      expect(denoised(machine.log.events)).toEqual(allVariants(3, 2));
    },
    { gpuSlots: 1 },
  );
});

const SHOW = { project: 'test', version: 'steer-cancel' };

const VARIANT = { ...SHOW, cueId: 'cue_0', variantId: 1 };

/** Every way to stop an image on the device. */
const STOPS: Readonly<Record<string, (show: WorkflowHandle<ShowWorkflow>) => Promise<unknown>>> = {
  'a cancelled variant': () => rig().client.workflow.getHandle(variantWorkflowId(VARIANT)).cancel(),
  'a variant cancelled through its show': (show) =>
    show.executeUpdate(cancelPartUpdate, { args: [{ cueId: 'cue_0', variantId: 1 }] }),
  'a cancelled cue': (show) => show.executeUpdate(cancelPartUpdate, { args: [{ cueId: 'cue_0' }] }),
  'a cancelled show': (show) => show.cancel(),
  'a terminated show': (show) => show.terminate(),
  'a terminated variant': () => rig().client.workflow.getHandle(variantWorkflowId(VARIANT)).terminate(),
};

test.each(Object.entries(STOPS))('after %s the device begins no further step', (_, stop) => {
  const device = steppedDevice();
  return rig().withMachine({ denoise: device.denoise }, async () => {
    const { workflowId } = await startSampleShow(rig(), SHOW.version, { cues: 1, variants: 1 });
    await device.log.until('cue_0/1 step 1');
    const show = rig().client.workflow.getHandle<ShowWorkflow>(workflowId);
    await stop(show);
    await show.result().catch(() => undefined);
    await device.log.until('cue_0/1 stopped');
    expect(device.log.events).toEqual(['cue_0/1 step 1', 'cue_0/1 stopped']);
  });
});

test('steering a cue or variant that the show does not have is refused, with the existing ones', () => {
  const device = steppedDevice();
  return rig().withMachine(
    { denoise: device.denoise },
    async () => {
      const selection = { mode: 'missing', cues: ['cue_0'] } as const;
      const show = await startSampleShow(rig(), 'steer-unknown', { cues: 2, variants: 2, selection });
      const refusal = (update: typeof pauseCueUpdate | typeof cancelPartUpdate, part: CuePart) =>
        show.executeUpdate(update, { args: [part] }).then(
          () => 'accepted',
          (error: Error) => String(error.cause),
        );
      expect(await refusal(pauseCueUpdate, { cueId: 'cue_9' })).toMatch(
        /no cue "cue_9".*expected one of: cue_0/,
      );
      expect(await refusal(pauseCueUpdate, { cueId: 'cue_1' })).toMatch(/no cue "cue_1"/);
      expect(await refusal(cancelPartUpdate, { cueId: 'cue_0', variantId: 3 })).toMatch(
        /variants 1 to 2, got 3/,
      );
      await device.log.until('cue_0/2 step 1');
      expect(await refusal(cancelPartUpdate, { cueId: 'cue_0', variantId: 2 })).toBe('accepted');
      await device.log.until('cue_0/2 stopped');
      device.endSteps();
      expect(await show.result()).toMatchObject({ planned: 2, stored: 1, cancelled: 1 });
    },
    { gpuSlots: 2 },
  );
});

test('a smaller window takes effect with the next image, a larger one at once', () => {
  const device = steppedDevice();
  return rig().withMachine({ denoise: device.denoise }, async (machine) => {
    const show = await startSampleShow(rig(), 'steer-window', { cues: 2, variants: 3, window: 1 });
    await device.log.until('cue_0/1 step 1');
    await show.executeUpdate(setWindowUpdate, { args: [4] });
    // Before any image has ended.
    for (const image of ['cue_0/2', 'cue_0/3', 'cue_1/1']) await device.log.until(`${image} step 1`);
    await show.executeUpdate(setWindowUpdate, { args: [1] });
    device.endSteps();
    expect(await show.result()).toMatchObject({ stored: 6, window: 1 });
    expect(machine.maxInFlight).toBe(4);
    const before = machine.log.events.slice(0, machine.log.events.indexOf('denoise cue_1/2'));
    expect(before.filter((event) => event.startsWith('released '))).toHaveLength(4);
  });
});

test('a paused cue starts no further image, gives its slots to the others, and goes on when it is resumed', () => {
  const device = steppedDevice();
  return rig().withMachine({ denoise: device.denoise }, async (machine) => {
    const show = await startSampleShow(rig(), 'steer-cue', { cues: 3, variants: 3, window: 2 });
    await device.log.until('cue_0/2 step 1');
    await show.executeUpdate(pauseCueUpdate, { args: [{ cueId: 'cue_0' }] });
    // This image has not begun yet.
    await show.executeUpdate(pauseCueUpdate, { args: [{ cueId: 'cue_2' }] });
    device.endSteps();
    for (const image of ['cue_0/1', 'cue_0/2', 'cue_1/1', 'cue_1/2', 'cue_1/3'])
      await machine.log.until(`released ${image}`);
    await expect
      .poll(() => show.query(showProgressQuery), { timeout: 60_000 })
      .toMatchObject({
        phase: 'running',
        pagesInFlight: [],
        pausedCues: ['cue_0', 'cue_2'],
        stored: 5,
      });
    expect(machine.log.events.filter((event) => /^denoise cue_(0\/3|2)/.test(event))).toEqual([]);
    for (const cueId of ['cue_0', 'cue_2']) await show.executeUpdate(resumeCueUpdate, { args: [{ cueId }] });
    const result = await show.result();
    expect(result).toMatchObject({ stored: 9, failed: 0 });
    expect(result.pausedCues).toBeUndefined();
    expect(machine.maxInFlight).toBe(2);
    expect(denoised(machine.log.events)).toEqual(allVariants(3, 3));
  });
});
