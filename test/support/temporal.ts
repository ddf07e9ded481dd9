/**
 * A real Temporal dev server for one test file, in memory, with this project's search attributes and the dynamic
 * configuration that makes priorities count.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { given } from '../../domain/given.js';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.js';
import { TEMPORAL_CLI } from './temporal-cli.js';

/** Silences the SDK's warnings: failing activities are the subject of these tests. */
export function quiet(): void {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
}

/** Starts a server, with further dynamic configuration (`name=value`); the caller ends it with `teardown()`. */
export const startTemporal = (...dynamicConfig: string[]): Promise<TestWorkflowEnvironment> =>
  startTemporalAt(undefined, ...dynamicConfig);

/** The same at a given port. */
export async function startTemporalAt(
  port: number | undefined,
  ...dynamicConfig: string[]
): Promise<TestWorkflowEnvironment> {
  quiet();
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: TEMPORAL_CLI },
      ...given({ port }),
      searchAttributes: [...SEARCH_ATTRIBUTES],
      log: { format: 'pretty', level: 'error' },
      extraArgs: ['matching.useNewMatcher=true', ...dynamicConfig].flatMap((setting) => [
        '--dynamic-config-value',
        setting,
      ]),
    },
  });
}
