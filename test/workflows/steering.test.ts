/**
 * How soon steering acts, told by what happens and not by a clock: at the end of the step or the image in hand, and not
 * one step or image later.
 */
import { Context } from '@temporalio/activity';
import { expect, test } from 'vitest';
import {
  pauseCueUpdate,
  pauseUpdate,
  resumeCueUpdate,
  resumeUpdate,
  type ShowWorkflow,
  setWindowUpdate,
  showProgressQuery,
} from '../../domain/messages.js';
import type { Rendition, RenditionRequest } from '../../domain/rendition.js';
import { cueWorkflowId, showWorkflowId, variantWorkflowId } from '../../domain/workflow-ids.js';
import { EventLog } from '../support/event-log.js';
import { makeGate } from '../support/gate.js';
import { allVariants, denoised } from './expectations.js';
import { heartbeating } from './fake-machine.js';
import { useRig } from './rig.js';
import { sampleRendition } from './samples.js';
import { startSampleShow } from './start-show.js';

const rig = useRig();

/** A device whose steps end when a test says so, or when it is told to stop; it notes each step when that begins. */
function steppedDevice() {
  const log = new EventLog();
  const { open, release } = makeGate();
  const denoise = (request: RenditionRequest): Promise<Rendition> =>
    heartbeating(
      (async () => {
        const { cueId, variantId, settings } = request;
        for (let step = 1; step <= settings.steps; step++) {
          log.add(`${cueId}/${variantId} step ${step}`);
          await Promise.race([open, Context.current().cancelled]);
        }
        return sampleRendition(request);
      })(),
    );
  return { log, denoise, endSteps: release };
}

test('paused in the middle of an image, a show finishes what is in flight and starts no other image', () => {
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
        .poll(() => show.query(showProgressQuery), { timeout: 30_000 })
        .toMatchObject({ phase: 'paused', cuesInFlight: [] });
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
const CUE = { ...SHOW, cueId: 'cue_0' };

test.each([
  ['variant', variantWorkflowId({ ...CUE, variantId: 1 })],
  ['cue', cueWorkflowId(CUE)],
  ['show', showWorkflowId(SHOW)],
])('the device of a cancelled %s begins no further step', (_, workflowId) => {
  const device = steppedDevice();
  return rig().withMachine({ denoise: device.denoise }, async () => {
    await startSampleShow(rig(), SHOW.version, { cues: 1, variants: 1 });
    await device.log.until('cue_0/1 step 1');
    const show = rig().client.workflow.getHandle<ShowWorkflow>(showWorkflowId(SHOW));
    await rig().client.workflow.getHandle(workflowId).cancel();
    await show.result().catch(() => undefined);
    expect(device.log.events).toEqual(['cue_0/1 step 1']);
  });
});

test('a smaller window holds from the next image on, a larger one at once', () => {
  const device = steppedDevice();
  return rig().withMachine({ denoise: device.denoise }, async (machine) => {
    const show = await startSampleShow(rig(), 'steer-window', { cues: 2, variants: 3, window: 1 });
    await device.log.until('cue_0/1 step 1');
    await show.executeUpdate(setWindowUpdate, { args: [4] });
    // Without a single image having ended.
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
    // Has not begun yet.
    await show.executeUpdate(pauseCueUpdate, { args: [{ cueId: 'cue_2' }] });
    device.endSteps();
    for (const image of ['cue_0/1', 'cue_0/2', 'cue_1/1', 'cue_1/2', 'cue_1/3'])
      await machine.log.until(`released ${image}`);
    await expect
      .poll(() => show.query(showProgressQuery), { timeout: 30_000 })
      .toMatchObject({
        phase: 'running',
        cuesInFlight: ['cue_0', 'cue_2'],
        pausedCues: ['cue_0', 'cue_2'],
      });
    expect(machine.log.events.filter((event) => /^denoise cue_(0\/3|2)/.test(event))).toEqual([]);
    for (const cueId of ['cue_0', 'cue_2']) await show.executeUpdate(resumeCueUpdate, { args: [{ cueId }] });
    const result = await show.result();
    expect(result).toMatchObject({ stored: 9, failed: 0 });
    expect(result.pausedCues).toBeUndefined();
    expect(denoised(machine.log.events)).toEqual(allVariants(3, 3));
  });
});
