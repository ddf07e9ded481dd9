/**
 * Records the histories that recorded-histories.system.test.ts replays. Run it after a change that running shows need not
 * survive, or to add a case: `RECORD_HISTORIES=1 npx vitest run test/workflows/record-histories.system.test.ts`.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pauseUpdate, resumeUpdate, type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { scheduledRunOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { showWorkflowId, variantWorkflowId } from '../../domain/workflow-ids.js';
import { makeGate } from '../support/gate.js';
import { heartbeating, type MachineActivities } from './fake-machine.js';
import { RELEASE, saveHistory } from './history-file.js';
import { continueAsNewAfter, useRig } from './rig.js';
import { RETRY_LIMITS } from './samples.js';
import { startSampleShow, storeSampleBundle } from './start-show.js';

/** A folder for each release, whose histories are replayed for as long as the release is supported. */
const FOLDER = fileURLToPath(new URL(`./histories/${RELEASE}/`, import.meta.url));
const SHOW = { project: 'test', version: 'recorded' };
const CUE = { ...SHOW, cueId: 'cue_3' };

describe.runIf(process.env.RECORD_HISTORIES === '1')('recording', () => {
  const rig = useRig(continueAsNewAfter(40));

  test('a show of six cues, continued as new, with a degraded variant', () =>
    rig().withMachine(
      ({ composeTiming }) => ({
        composeTiming: async (it) => {
          const stored = await composeTiming(it);
          return it.cueId === 'cue_3' ? { missingSteps: [2] } : stored;
        },
      }),
      async (machine) => {
        const options = { cues: 6, variants: 3, program: 'P4' } as const;
        const show = await startSampleShow(rig(), SHOW.version, options);
        const chain = rig().client.workflow.getHandle<ShowWorkflow>(show.workflowId);
        await machine.log.until('denoise cue_1/1');
        await chain.executeUpdate(pauseUpdate);
        await chain.executeUpdate(resumeUpdate);
        const firstRun = show.firstExecutionRunId;
        await show.result();
        await save('show-first-execution', showWorkflowId(SHOW), firstRun);
        await save('show-continued', showWorkflowId(SHOW));
        await savePages();
        await save('variant', variantWorkflowId({ ...CUE, variantId: 1 }));
        await startSampleShow(rig(), 'recorded-p0', { cues: 1, variants: 1 }).then((p0) => p0.result());
        await save('variant-p0', 'pregen/test/recorded-p0/cue_0/1');
      },
      { pageVariants: 7 },
    ));

  test('a scheduled run that waited for a run by hand, then ran the show', () => {
    const gate = makeGate();
    const waiting = ({ uploadFinal }: MachineActivities): Partial<MachineActivities> => ({
      uploadFinal: (it) => heartbeating(gate.open).then(() => uploadFinal(it)),
    });
    return rig().withMachine(waiting, async (machine) => {
      const show = { project: 'test', version: 'recorded-schedule' };
      const byHand = await startSampleShow(rig(), show.version, { cues: 1, variants: 1 });
      await machine.log.until('uploadFinal cue_0/1');
      const bundleKey = await storeSampleBundle(rig(), show.version, { cues: 1, variants: 2 });
      const scheduled = await rig().client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.scheduledShow, {
        ...scheduledRunOptions(show),
        workflowId: `${showWorkflowId(show)}-2026-11-24T03:30:00Z`,
        taskQueue: ORCHESTRATION_QUEUE,
        args: [{ ...show, bundleKey, window: 2, patience: RETRY_LIMITS }],
      });
      const hasLooked = async () => (await scheduled.describe()).historyLength > 15;
      await expect.poll(hasLooked, { timeout: 60_000 }).toBe(true);
      gate.release();
      await byHand.result();
      await scheduled.result();
      await save('scheduled-show', scheduled.workflowId);
    });
  });

  /** Saves the histories of all pages: one was stopped by its show, the others were not. */
  async function savePages(): Promise<void> {
    const query = `WorkflowType = "${WORKFLOW_TYPES.page}"`;
    for await (const { workflowId } of rig().client.workflow.list({ query }))
      await save(`page-${workflowId.split('-').at(-1)}`, workflowId);
  }

  async function save(name: string, workflowId: string, runId?: string): Promise<void> {
    const history = await rig().client.workflow.getHandle(workflowId, runId).fetchHistory();
    await mkdir(FOLDER, { recursive: true });
    await saveHistory(`${FOLDER}${name}.json`, history);
  }
});
