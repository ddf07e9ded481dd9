/**
 * Builds the workflow bundle, the one file that the orchestrator runs: `npm run build` calls it after the compiler.
 * Bundled ahead, an orchestrator starts in a second, and what runs is what was built.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const workflowsPath = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
const bundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/** Once for all workflows, before the first of them: afterwards `Error` is frozen. */
const FIRST = ['workflows/stack-traces'];
/** Constants and pure functions: loaded once and shared (frozen), instead of once for every image. */
const PURE = ['show-plan', 'start-options', 'failure-text', 'object-keys', 'retry-limits', 'task-queues'];
const preloadModules = [...FIRST, ...PURE.map((name) => `domain/${name}`)].map((path) =>
  fileURLToPath(new URL(`../${path}.js`, import.meta.url)),
);

// Webpack's progress is of no interest; its warnings are.
const logger = new DefaultLogger('WARN');
const { code } = await bundleWorkflowCode({ workflowsPath, preloadModules, logger });
await writeFile(bundlePath, code);
