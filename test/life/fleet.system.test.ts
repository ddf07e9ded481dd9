/**
 * A show on two healthy machines and one that is not: every image is stored, to the byte, none is called failed for a machine's fault,
 * and the bad machine is off the queue after a few images, and back by itself when it is mended.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fleetReport } from '../../client/fleet/fleet-report.js';
import { type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { showStartOptions } from '../../domain/start-options.js';
import { gpuQueueOf, ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { RETRY_LIMITS } from '../workflows/samples.js';
import { storeSampleBundle } from '../workflows/start-show.js';
import type { Ailment } from './device.js';
import { wrongObjects } from './inspect-show.js';
import { programOf } from './scenario.js';
import { type LifeMachine, LifeStack } from './stack.js';

const PAGE_VARIANTS = 20;
const EDITION = { cues: 5, variants: 10 };
const WINDOW = 12;
const IMAGES = EDITION.cues * EDITION.variants;

let stack: LifeStack;
beforeAll(async () => {
  stack = await LifeStack.open(PAGE_VARIANTS);
  // All machines have names here.
  await stack.stop('gpu');
});
afterEach(() => stack.removeMachines());
afterAll(() => stack.close());

async function startShow(version: string, queue?: string) {
  const address = { project: 'test', version };
  const bundleKey = await storeSampleBundle(stack, version, { ...EDITION, program: programOf, queue });
  return stack.client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
    ...showStartOptions(address),
    taskQueue: ORCHESTRATION_QUEUE,
    args: [{ ...address, bundleKey, window: WINDOW, patience: RETRY_LIMITS }],
    memo: { bundleKey },
  });
}

/** A machine that has two devices, of which the second one is ailing. */
const TWO_DEVICES = { PREGEN_DEVICES: 'cpu,cpu', LIFE_AILING: 'cpu:1' };

/** How often it has taken itself off the queue. */
const suspensions = ({ said }: LifeMachine) => said.match(/takes no images for/g)?.length ?? 0;

describe('a show', () => {
  test.each<[Ailment, RegExp]>([
    ['no-model', /an image failed here: .*unet\/model\.onnx: no such file/],
    ['out-of-memory', /3 images in a row failed here, the last: Failed to allocate memory/],
    ['nan', /3 images in a row failed here, the last: The latents are not finite/],
    ['crash', /3 images in a row failed here, the last: The engine process \d* ?was killed/],
  ])('loses no image to a machine with %s, which comes back when it is mended', async (ailment, reason) => {
    const bad = await stack.addMachine(`bad-${ailment}`, ailment);
    const show = await startShow(`fleet-${ailment}`);
    // The machines of before are remembered by the server: it is not alone, and is off the queue, though nobody else polls.
    await expect.poll(() => suspensions(bad)).toBeGreaterThan(0);
    expect(bad.said).toMatch(reason);
    const well = [await stack.addMachine(`well-1-${ailment}`), await stack.addMachine(`well-2-${ailment}`)];
    expect(await show.result()).toMatchObject({ planned: IMAGES, stored: IMAGES, failed: 0 });
    expect(await wrongObjects(stack, `fleet-${ailment}`, EDITION)).toEqual([]);
    await bad.suffer('none');
    await Promise.all(well.map((machine) => machine.stop()));
    const next = await startShow(`fleet-${ailment}-mended`);
    await expect.poll(() => bad.said).toContain('has finished an image and takes images again');
    expect(await next.result()).toMatchObject({ stored: IMAGES, failed: 0 });
  });

  test.each<Ailment>(['every-other', 'slow'])('loses no image to a machine with %s', async (ailment) => {
    await stack.addMachine(`bad-${ailment}`, ailment);
    await stack.addMachine(`well-1-${ailment}`);
    await stack.addMachine(`well-2-${ailment}`);
    const show = await startShow(`fleet-${ailment}`);
    expect(await show.result()).toMatchObject({ planned: IMAGES, stored: IMAGES, failed: 0 });
    expect(await wrongObjects(stack, `fleet-${ailment}`, EDITION)).toEqual([]);
  });

  test.each<[Ailment, RegExp]>([
    ['no-model', /Device cpu:1 of this machine takes no images .*: an image failed here: .*no such file/],
    ['out-of-memory', /Device cpu:1 of this machine takes no images .*: 3 images in a row failed here/],
    ['crash', /cpu:1: The engine process \d+ was killed/],
  ])(
    'loses no image on one machine whose second device has %s, and goes on with the first',
    async (ailment, said) => {
      const machine = await stack.addMachine(`two-${ailment}`, ailment, TWO_DEVICES);
      const show = await startShow(`devices-${ailment}`);
      expect(await show.result()).toMatchObject({ planned: IMAGES, stored: IMAGES, failed: 0 });
      expect(await wrongObjects(stack, `devices-${ailment}`, EDITION)).toEqual([]);
      expect(machine.said).toMatch(said);
      expect(machine.said).not.toContain('Device cpu:0');
    },
  );

  test('leaves the models of a queue to the machines that serve it; meanwhile people are told that none does', async () => {
    await stack.addMachine('plain');
    const show = await startShow('queues', 'large');
    const large = async () => {
      const { queues } = await fleetReport(stack.client);
      return queues.find(({ taskQueue }) => taskQueue === gpuQueueOf('large'));
    };
    await expect.poll(async () => (await large())?.backlog ?? 0).toBeGreaterThan(0);
    expect(await large()).toMatchObject({ machines: 0 });
    await stack.addMachine('large', 'none', { PREGEN_QUEUES: 'large' });
    expect(await show.result()).toMatchObject({ planned: IMAGES, stored: IMAGES, failed: 0 });
    expect(await wrongObjects(stack, 'queues', { ...EDITION, queue: 'large' })).toEqual([]);
  });
});
