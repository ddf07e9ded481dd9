/**
 * Repair on a real server and orchestrator: exactly what the audit found is generated again, through the workflows
 * that generate a show.
 */
import { describe, expect, it } from 'vitest';
import { finalKey, stepKey, timingKey, type VariantAddress } from '../../domain/object-keys.js';
import type { RenditionReference } from '../../domain/rendition.js';
import { makeGate } from '../support/gate.js';
import { pregen } from '../support/pregen.js';
import { show, writeShow } from '../support/show-folder.js';
import { putPng, putPreviews, putTiming, putVariant, upTo } from '../support/stored-variant.js';
import { useRig } from '../workflows/rig.js';

const rig = useRig();
const SIDE = 64;
const STEPS = 4;
const PROMPT = 'prompt_1_00_00_10';
const TRANSCRIPT = 'transcript_0_00_00_05';

describe('pregen show audit --repair', () => {
  it('generates exactly the variants concerned, after which the audit finds nothing', async () => {
    const { store } = rig();
    const { run, at } = await showOf('repair');
    for (const variantId of [1, 2, 3])
      await putVariant(store, at(PROMPT, variantId), { side: SIDE, steps: STEPS });
    await putVariant(store, at(TRANSCRIPT, 1), { side: SIDE });
    await store.delete(stepKey(at(PROMPT, 2), 3));
    await store.put(finalKey(at(PROMPT, 3)), Buffer.from('no picture'), { contentType: 'image/png' });

    await rig().withMachine(machineOf(store), async (machine) => {
      const repair = await run('show audit show.yaml --deep --repair --json');
      expect({ code: repair.code, ...JSON.parse(repair.stdout) }).toMatchObject({
        code: 1,
        repair: { workflowId: 'pregen/test/repair', variants: 3 },
      });
      await rig().client.workflow.getHandle('pregen/test/repair').result();
      expect(machine.log.events.filter((event) => event.startsWith('denoise')).toSorted()).toEqual([
        `denoise ${PROMPT}/2`,
        `denoise ${PROMPT}/3`,
        `denoise ${TRANSCRIPT}/2`,
      ]);
      // What had some object stored is withdrawn first, so that nobody replays a mixture.
      expect(machine.eventsOf(PROMPT, 2)).toContain('withdrawTiming');
      expect((await run('show audit show.yaml --deep')).stdout).toContain('No findings.');
      expect((await run('show audit show.yaml --repair')).code).toBe(0);
    });
  });

  it('refuses while the show runs', async () => {
    const { run } = await showOf('busy');
    const { open, release } = makeGate();
    const machine = machineOf(rig().store);
    await rig().withMachine(
      { ...machine, uploadFinal: (it) => open.then(() => machine.uploadFinal(it)) },
      async () => {
        expect(await run('show start show.yaml')).toMatchObject({ code: 0 });
        const refused = await run('show audit show.yaml --repair');
        expect(refused).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('pregen/test/busy is running'),
        });
        release();
        await rig().client.workflow.getHandle('pregen/test/busy').result();
      },
    );
  });
});

/** A show of two variants without previews and three with, its commands pointed at the rig. */
async function showOf(version: string) {
  const cwd = await writeShow({ show: { ...show, version } });
  const { store, address } = rig();
  const env = { TEMPORAL_ADDRESS: address, PREGEN_STORE: store.description };
  return {
    run: (command: string) => pregen(command.split(' '), { cwd, env }),
    at: (cueId: string, variantId: number): VariantAddress => ({
      project: 'test',
      version,
      cueId,
      variantId,
    }),
  };
}

/** A machine whose pictures decode. */
function machineOf(store: ReturnType<typeof rig>['store']) {
  return {
    uploadFinal: (reference: RenditionReference) => putPng(store, finalKey(reference), SIDE),
    uploadPreviews: (reference: RenditionReference) => putPreviews(store, reference, STEPS, SIDE),
    withdrawTiming: (address: VariantAddress) => store.delete(timingKey(address)),
    composeTiming: async (reference: RenditionReference) => {
      if (reference.previews) await putTiming(store, reference, upTo(STEPS));
      return { missingSteps: [] };
    },
  };
}
