/**
 * Repair on a real server and orchestrator: exactly the variants with findings are generated again, by the same workflows as a
 * show.
 */
import { describe, expect, it } from 'vitest';
import { finalKey, stepKey } from '../../domain/object-keys.js';
import { makeGate } from '../support/gate.js';
import { PROMPT, pictureMachine, rigShow, SIDE, STEPS, TRANSCRIPT } from '../support/rig-show.js';
import { putVariant } from '../support/stored-variant.js';
import { useRig } from '../workflows/rig.js';

const rig = useRig();
const AUDIT = ['show', 'audit', 'show.yaml'];

describe('pregen show audit --repair', () => {
  it('generates exactly the variants concerned, after which the audit finds nothing', async () => {
    const { store } = rig();
    const { run, at } = await rigShow(rig(), 'repair');
    for (const variantId of [1, 2, 3])
      await putVariant(store, at(PROMPT, variantId), { side: SIDE, steps: STEPS });
    await putVariant(store, at(TRANSCRIPT, 1), { side: SIDE });
    await store.delete(stepKey(at(PROMPT, 2), 3));
    await store.put(finalKey(at(PROMPT, 3)), Buffer.from('no picture'), { contentType: 'image/png' });

    await rig().withMachine(pictureMachine(store), async (machine) => {
      const repair = await run(...AUDIT, '--deep', '--repair', '--json');
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
      // The timing is removed first, so that no front-end replays a mixture of old and new objects.
      expect(machine.eventsOf(PROMPT, 2)).toContain('withdrawTiming');
      const after = await run(...AUDIT, '--deep', '--repair');
      expect(after).toMatchObject({ code: 0, stdout: expect.stringContaining('No findings.') });
    });
  });

  it('refuses while the show runs', async () => {
    const { run } = await rigShow(rig(), 'busy');
    const { open, release } = makeGate();
    const machine = pictureMachine(rig().store);
    const gated = {
      ...machine,
      uploadFinal: (it: Parameters<typeof machine.uploadFinal>[0]) =>
        open.then(() => machine.uploadFinal(it)),
    };
    await rig().withMachine(gated, async () => {
      expect(await run('show', 'start', 'show.yaml')).toMatchObject({ code: 0 });
      expect(await run(...AUDIT, '--repair')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('pregen/test/busy is running'),
      });
      release();
      await rig().client.workflow.getHandle('pregen/test/busy').result();
    });
  });
});
