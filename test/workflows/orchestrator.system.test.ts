/** The orchestrator needs the built workflow bundle. */
import type { NativeConnection } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { readConfiguration } from '../../domain/configuration.js';
import { Health } from '../../domain/health.js';
import { createOrchestrator } from '../../workers/roles/orchestrator.js';

test('an orchestrator without a workflow bundle refuses to start and names the command that makes one', async () => {
  // The test runs from the sources, where there is never a bundle.
  const context = {
    connection: {} as NativeConnection,
    namespace: 'default',
    configuration: readConfiguration({}),
    health: new Health({ parts: [] }),
  };
  await expect(createOrchestrator(context)).rejects.toThrow(
    /workflow-bundle\.js is missing; run "npm run build"/,
  );
});
