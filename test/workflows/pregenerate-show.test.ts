/** Whole shows on a real server with real plans in a real store: window, steering, continue-as-new, cancellation. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { expect, test } from 'vitest';
import {
  type CueWorkflow,
  pauseUpdate,
  resumeUpdate,
  setWindowUpdate,
  showProgressQuery,
} from '../../domain/messages.js';
import { finalKey, PNG_CONTENT_TYPE } from '../../domain/object-keys.js';
import type { RenditionReference } from '../../domain/rendition.js';
import { PREGEN_STATUS } from '../../domain/search-attributes.js';
import { cueWorkflowId } from '../../domain/workflow-ids.js';
import { makeGate } from '../support/gate.js';
import { allVariants, denoised } from './expectations.js';
import { untilCancelled } from './fake-machine.js';
import { useRig } from './rig.js';
import { sampleRendition } from './samples.js';
import { type SampleShow, startSampleShow } from './start-show.js';

const rig = useRig();

const startShow = (version: string, sample?: SampleShow) => startSampleShow(rig(), version, sample);

test('a show generates every variant once, within its window, and a second run finds all stored', () =>
  rig().withMachine({}, async (machine) => {
    const handle = await startShow('show-happy', { cues: 4, variants: 4, program: 'P4' });
    const result = await handle.result();
    expect(result).toMatchObject({
      phase: 'done',
      planned: 16,
      skipped: 0,
      stored: 16,
      failed: 0,
      cuesInFlight: [],
    });
    expect(denoised(machine.log.events)).toEqual(allVariants(4, 4));
    expect(machine.maxInFlight).toBeLessThanOrEqual(4);
    expect(machine.maxInFlight).toBeGreaterThan(2);
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.get(PREGEN_STATUS)).toBe('stored');
    const again = await startShow('show-happy', { cues: 4, variants: 4, program: 'P4' });
    expect(await again.result()).toMatchObject({ planned: 16, skipped: 16, stored: 0 });
  }));

test('the same show started twice is one run', () =>
  rig().withMachine({}, async () => {
    const handle = await startShow('show-twice', { cues: 2 });
    await expect(startShow('show-twice', { cues: 2 })).rejects.toBeInstanceOf(
      WorkflowExecutionAlreadyStartedError,
    );
    expect(await handle.result()).toMatchObject({ stored: 6 });
  }));

test('a paused show lets what is in flight finish, and goes on with the window it is given', () => {
  const gate = makeGate();
  return rig().withMachine({ uploadFinal: () => gate.open }, async (machine) => {
    const handle = await startShow('show-pause', { cues: 3, variants: 4, window: 2 });
    await machine.log.until('uploadFinal cue_0/2');
    await handle.executeUpdate(pauseUpdate);
    gate.release();
    await machine.log.until('released cue_0/1');
    await machine.log.until('released cue_0/2');
    expect(await handle.query(showProgressQuery)).toMatchObject({ phase: 'paused', cuesInFlight: ['cue_0'] });
    expect(denoised(machine.log.events)).toHaveLength(2);
    await expect(handle.executeUpdate(setWindowUpdate, { args: [0] })).rejects.toThrow();
    await handle.executeUpdate(setWindowUpdate, { args: [3] });
    await handle.executeUpdate(resumeUpdate);
    expect(await handle.result()).toMatchObject({ window: 3, failed: 0, planned: 12 });
    expect(denoised(machine.log.events)).toEqual(allVariants(3, 4));
    expect(machine.maxInFlight).toBe(3);
  });
});

test('a cue that is terminated, or run by somebody else, leaks no slot and leaves the counts right', () => {
  const gate = makeGate();
  return rig().withMachine(
    {
      denoise: async (request) => {
        if (request.cueId === 'cue_0') await untilCancelled();
        if (request.cueId === 'cue_1') await gate.open;
        return sampleRendition(request);
      },
    },
    async (machine) => {
      const other = await startShow('show-foreign', { cues: 3, variants: 2, window: 4 });
      await machine.log.until('denoise cue_0/2');
      await machine.log.until('denoise cue_1/2');
      await other.terminate('the operator starts over');
      const handle = await startShow('show-foreign', { cues: 3, variants: 2, window: 6 });
      await machine.log.until('denoise cue_2/2');
      gate.release();
      const cue = (cueId: string) =>
        rig().client.workflow.getHandle<CueWorkflow>(
          cueWorkflowId({ project: 'test', version: 'show-foreign', cueId }),
        );
      const firstRun = (await cue('cue_0').describe()).runId;
      await cue('cue_0').terminate('by hand');
      await machine.log.until('denoise cue_0/2', 2);
      expect((await cue('cue_0').describe()).runId).not.toBe(firstRun);
      await cue('cue_0').cancel();
      const result = await handle.result();
      expect(result).toMatchObject({ planned: 6, failed: 2 });
      expect(result.stored).toBe(4);
      expect(result.failures[0]?.reason).toContain('cancelled');
    },
  );
});

test('a show that was terminated while paused can be started again and finds its cues', () => {
  const gate = makeGate();
  const uploadFinal = async (reference: RenditionReference): Promise<void> => {
    await gate.open;
    await rig().store.put(finalKey(reference), Buffer.alloc(0), { contentType: PNG_CONTENT_TYPE });
  };
  return rig().withMachine({ uploadFinal }, async (machine) => {
    const sample = { cues: 1, variants: 3, window: 1 };
    const first = await startShow('show-orphan', sample);
    await machine.log.until('uploadFinal cue_0/1');
    await first.executeUpdate(pauseUpdate);
    await first.terminate('the operator starts over');
    gate.release();
    const again = await startShow('show-orphan', sample);
    expect((await again.result()).failed).toBe(0);
    expect(denoised(machine.log.events)).toEqual(allVariants(1, 3));
  });
});

test('a show whose bundle is wrong fails and says what is wrong', () =>
  rig().withMachine({}, async () => {
    const handle = await startShow('show-bad', { bundleKey: 'test/show-bad/pregen/bundles/none.json' });
    const error: unknown = await handle.result().catch((failure: unknown) => failure);
    expect(String((error as { cause?: Error }).cause?.message)).toContain('none.json');
  }));
