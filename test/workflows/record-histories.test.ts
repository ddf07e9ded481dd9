/**
 * Records the histories that recorded-histories.test.ts replays. Run it after a change that running shows need not
 * survive, or to add a case: `RECORD_HISTORIES=1 npx vitest run test/workflows/record-histories.test.ts`.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { scheduledRunOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { cueWorkflowId, showWorkflowId, variantWorkflowId } from '../../domain/workflow-ids.js';
import { makeGate } from '../support/gate.js';
import { saveHistory } from './history-file.js';
import { continueAsNewAfter, useRig } from './rig.js';
import { PATIENCE } from './samples.js';
import { startSampleShow, storeSampleBundle } from './start-show.js';

const FOLDER = fileURLToPath(new URL('./histories/', import.meta.url));
const SHOW = { project: 'test', version: 'recorded' };
const CUE = { ...SHOW, cueId: 'cue_3' };

describe.runIf(process.env.RECORD_HISTORIES === '1')('recording', () => {
  const rig = useRig(continueAsNewAfter(60));

  test('a show of six cues, continued as new, with a degraded variant', () =>
    rig().withMachine(
      { composeTiming: async ({ cueId }) => ({ missingSteps: cueId === 'cue_3' ? [2] : [] }) },
      async () => {
        const options = { cues: 6, variants: 3, program: 'P4' } as const;
        const show = await startSampleShow(rig(), SHOW.version, options);
        const firstRun = (await show.describe()).runId;
        await show.result();
        await mkdir(FOLDER, { recursive: true });
        await save('show-first-execution', showWorkflowId(SHOW), firstRun);
        await save('show-continued', showWorkflowId(SHOW));
        await save('cue', cueWorkflowId(CUE));
        await save('variant', variantWorkflowId({ ...CUE, variantId: 1 }));
        await startSampleShow(rig(), 'recorded-p0', { cues: 1, variants: 1 }).then((p0) => p0.result());
        await save('variant-p0', 'pregen/test/recorded-p0/cue_0/1');
      },
    ));

  test('a scheduled run that waited for a run by hand, then ran the show', () => {
    const gate = makeGate();
    return rig().withMachine({ uploadFinal: () => gate.open }, async (machine) => {
      const show = { project: 'test', version: 'recorded-schedule' };
      const byHand = await startSampleShow(rig(), show.version, { cues: 1, variants: 1 });
      await machine.log.until('uploadFinal cue_0/1');
      const bundleKey = await storeSampleBundle(rig(), show.version, { cues: 1, variants: 2 });
      const scheduled = await rig().client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.scheduledShow, {
        ...scheduledRunOptions(show),
        workflowId: `${showWorkflowId(show)}-2026-11-24T03:30:00Z`,
        taskQueue: ORCHESTRATION_QUEUE,
        args: [{ ...show, bundleKey, window: 2, patience: PATIENCE }],
      });
      const isWaiting = async () => ((await scheduled.describe()).raw.pendingActivities ?? []).length > 0;
      await expect.poll(isWaiting, { timeout: 30_000 }).toBe(true);
      gate.release();
      await byHand.result();
      await scheduled.result();
      await save('scheduled-show', scheduled.workflowId);
    });
  });

  async function save(name: string, workflowId: string, runId?: string): Promise<void> {
    const history = await rig().client.workflow.getHandle(workflowId, runId).fetchHistory();
    await saveHistory(`${FOLDER}${name}.json`, history);
  }
});
