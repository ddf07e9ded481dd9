/** A show with the shape of the exhibition's and one variant a cue, with an engine that does nothing: everything is stored, histories are bounded. */
import { expect, test } from 'vitest';
import { parseCueSheet } from '../../domain/cue-sheet.js';
import { missingVariants, takeInventory } from '../../domain/inventory.js';
import { type ShowWorkflow, WORKFLOW_TYPES } from '../../domain/messages.js';
import { cuesPrefix, JSON_CONTENT_TYPE } from '../../domain/object-keys.js';
import { bundleKey, type ShowBundle } from '../../domain/show-bundle.js';
import { readShowFile } from '../../domain/show-file.js';
import { planCues } from '../../domain/show-plan.js';
import { showStartOptions } from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { exhibitionSheet, exhibitionShow } from '../support/exhibition-sheet.js';
import { useRig } from './rig.js';
import { RETRY_LIMITS } from './samples.js';

const rig = useRig();

const EXHIBITION = { transcript: 30, prompt: 50, 'move-slider': 50 };
const CONTEXT = {
  showDirectory: '/show',
  images: Object.fromEntries(['P2', 'P2B'].map((p) => [p, { key: 'k', sha256: 's' }])),
};

function bundleOf(variants: typeof EXHIBITION): ShowBundle {
  const json = JSON.stringify(exhibitionSheet());
  return {
    show: readShowFile(exhibitionShow(variants)),
    cues: parseCueSheet(json),
    ...CONTEXT,
    families: {},
  };
}

test('the sheet has the shape of the exhibition’s, and its plan has 3,850 variants', () => {
  const sheet = exhibitionSheet();
  expect(sheet).toHaveLength(401);
  expect(JSON.stringify(sheet).length).toBeGreaterThan(500_000);
  const bundle = bundleOf(EXHIBITION);
  const tasks = planCues(bundle.show, bundle.cues, bundle);
  expect(tasks).toHaveLength(123);
  expect(tasks.reduce((sum, { variants }) => sum + variants, 0)).toBe(3850);
  const prompts = tasks.filter(({ action }) => action === 'prompt').map(({ settings }) => settings.prompt);
  expect(prompts).toEqual([
    'data researcher, photorealistic',
    'big tech ceo, photorealistic',
    'a street',
    'a street, photorealistic',
    'painting like an epic poem',
  ]);
});

test('the whole show is stored; events and pending children stay bounded', () =>
  rig().withMachine({}, async (machine) => {
    const bundle = bundleOf({ transcript: 1, prompt: 1, 'move-slider': 1 });
    const { show } = bundle;
    const key = bundleKey(show, 'exhibition');
    await rig().store.put(key, Buffer.from(JSON.stringify(bundle)), { contentType: JSON_CONTENT_TYPE });
    const handle = await rig().client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
      ...showStartOptions(show),
      taskQueue: ORCHESTRATION_QUEUE,
      args: [
        {
          project: show.project,
          version: show.version,
          bundleKey: key,
          window: 24,
          patience: RETRY_LIMITS,
          maxFailures: { count: 0 },
        },
      ],
    });
    let mostPending = 0;
    await expect
      .poll(
        async () => {
          const { raw, status } = await handle.describe();
          mostPending = Math.max(mostPending, raw.pendingChildren?.length ?? 0);
          return status.name;
        },
        { timeout: 55_000, interval: 250 },
      )
      .toBe('COMPLETED');
    expect(await handle.result()).toMatchObject({ planned: 123, stored: 123, failed: 0, degraded: 0 });
    expect(machine.maxInFlight).toBeLessThanOrEqual(24);
    expect(mostPending).toBeLessThanOrEqual(24);
    expect((await handle.describe()).historyLength).toBeLessThan(4096);
    const prefix = cuesPrefix(show);
    const inventory = await takeInventory(prefix, rig().store.list(prefix));
    const missing = planCues(show, bundle.cues, bundle).flatMap(
      (task) => missingVariants(task, inventory).variantIds,
    );
    expect(missing).toEqual([]);
  }));
