/** The workflow bundle contains every workflow, and nothing that needs Node. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { workflowBundle } from '../support/workflow-bundle.js';

test('the bundle contains every workflow, no Node built-in and no schema library', async () => {
  const bundle = await readFile(workflowBundle.codePath, 'utf8');
  const code = bundle.slice(0, bundle.indexOf('//# sourceMappingURL'));
  for (const name of ['PregenerateScheduledShow', 'PregenerateShow', 'PregeneratePage', 'PregenerateVariant'])
    expect(code).toContain(name);
  expect(code).not.toMatch(/require\(["']node:/);
  expect(code).not.toContain('node_modules/zod');
});
