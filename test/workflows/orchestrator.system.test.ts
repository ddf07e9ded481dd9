/** The orchestrator runs what was built, or says what to do. */
import type { NativeConnection } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { readConfiguration } from '../../domain/configuration.js';
import { createOrchestrator } from '../../workers/roles/orchestrator.js';

test('an orchestrator without a workflow bundle refuses to start and names the command that makes one', async () => {
  // Beside the sources, where this test runs, there is never a bundle.
  const context = {
    connection: {} as NativeConnection,
    namespace: 'default',
    configuration: readConfiguration({}),
  };
  await expect(createOrchestrator(context)).rejects.toThrow(
    /workflow-bundle\.js is missing; run "npm run build"/,
  );
});
