/**
 * The workflow bundle of `npm run build`, which test/global-setup.ts runs before the first test: tests use the same bundle as
 * released workers.
 */
import { fileURLToPath } from 'node:url';

export const workflowBundle = {
  codePath: fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url)),
};
