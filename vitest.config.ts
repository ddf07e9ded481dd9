import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/longest-first.js';

// Bounds for what hangs, far from what anything takes: nothing is judged by how fast a busy machine is.
const bounds = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // What is polled for happens in other processes, whose turn may be late on a busy machine.
  expect: { poll: { timeout: 60_000 } },
};

const SYSTEM = 'test/**/*.system.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    // Forked processes: ONNX Runtime breaks under VM contexts (its instanceof checks fail there).
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // Needs nothing but the sources: no build, no server, no other process. Files side by side.
        extends: true,
        test: {
          ...bounds,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [SYSTEM],
          // One less than the cores, by default: on two that would be one file after the other.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Real servers, models and processes of the built product. Files side by side as well, each with servers, ports and
        // folders of its own; two more than the cores, because files often wait for something to run out.
        extends: true,
        test: {
          ...bounds,
          name: 'system',
          include: [SYSTEM],
          globalSetup: ['test/global-setup.ts'],
          maxWorkers: availableParallelism() + 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
