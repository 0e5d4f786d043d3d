import { defineConfig } from 'vitest/config';

/** The suites that need real backends; `test/real/run.ts` says which of them run. */
export default defineConfig({
  test: {
    setupFiles: ['test/support/intents.setup.ts'],
    globalSetup: ['test/support/postgres.setup.ts'],
    include: ['test/real/**/*.test.ts'],
    reporters: ['verbose', './test/support/count-reporter.ts'],
    testTimeout: 600_000,
    expect: { poll: { timeout: 30_000 } },
    // Whole machines are set up before tests, beside other suites; what hangs is ended all the same.
    hookTimeout: 600_000,
    env: { SEE_LIMIT: '240000' },
    fileParallelism: false,
  },
});
