/**
 * Replays histories recorded by an earlier state of the workflows: a show that runs for hours must survive the
 * deployment of today's code. If one fails, the change needs `patched`, or the operators' consent (record again).
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { quiet } from '../support/temporal.js';
import { workflowBundle } from '../support/workflow-bundle.js';
import { loadHistory } from './history-file.js';

quiet();

const FOLDER = fileURLToPath(new URL('./histories/', import.meta.url));
const names = readdirSync(FOLDER);

const RECORDED = ['scheduled-show', 'show-first-execution', 'show-continued', 'cue', 'variant', 'variant-p0'];

test('every workflow is recorded', () => {
  for (const name of RECORDED) expect(names).toContain(`${name}.json`);
});

test.each(names)('%s still replays', async (name) => {
  await Worker.runReplayHistory({ workflowBundle: workflowBundle }, await loadHistory(FOLDER + name), name);
});
