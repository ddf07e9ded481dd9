/**
 * Replays histories recorded by earlier code: a show that runs for hours must survive the deployment of new code. The histories
 * of each release are kept in a folder with its version. If one fails, the change needs `patched`, or a release whose notes say
 * that running shows have to end first.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { quiet } from '../support/temporal.js';
import { workflowBundle } from '../support/workflow-bundle.js';
import { loadHistory, RELEASE } from './history-file.js';

quiet();

const FOLDER = fileURLToPath(new URL('./histories/', import.meta.url));
const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.json'),
);

const RECORDED = [
  'scheduled-show',
  'show-first-execution',
  'show-continued',
  'page-1',
  'variant',
  'variant-p0',
];

test('every workflow of this release is recorded', () => {
  for (const name of RECORDED) expect(names).toContain(join(RELEASE, `${name}.json`));
});

test.each(names)('%s still replays', async (name) => {
  const history = await loadHistory(FOLDER + name);
  const { workflowId } = history.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  await Worker.runReplayHistory({ workflowBundle: workflowBundle }, history, workflowId || name);
});
