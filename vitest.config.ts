import { defineConfig } from 'vitest/config';

// Forked processes: ONNX Runtime breaks under VM contexts (its instanceof checks fail there).
// One file at a time: the suites start real servers and models, and the reference machine has two cores.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    reporters: ['default', './test/reporter.ts'],
    pool: 'forks',
    fileParallelism: false,
    // Bounds for what hangs, far from what anything takes: nothing is judged by how fast a busy machine is.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // What is polled for happens in other processes, whose turn may be late on a busy machine.
    expect: { poll: { timeout: 60_000 } },
  },
});
