/**
 * The workflow bundle as `npm run build` makes it, which test/global-setup.ts has done before the first test: what the tests
 * run is what people run.
 */
import { fileURLToPath } from 'node:url';

export const workflowBundle = {
  codePath: fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url)),
};
