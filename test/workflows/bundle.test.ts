/** The workflow entry still bundles: nothing in it needs Node, and it brings the three workflows. */
import { expect, test } from 'vitest';
import { workflowBundle } from '../support/workflow-bundle.js';

test('the workflows bundle for the sandbox, without any Node built-in', async () => {
  const { code } = await workflowBundle();
  for (const name of ['PregenerateShow', 'PregenerateCue', 'PregenerateVariant'])
    expect(code).toContain(name);
  expect(code).not.toMatch(/from "node:|require\("node:/);
});
