import { defineConfig } from 'vitest/config';

// Measurements, not tests: `npm run bench` prints figures and compares none of them with a limit.
export default defineConfig({
  test: {
    include: ['test/bench/**/*.bench.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
