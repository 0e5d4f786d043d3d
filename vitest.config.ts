import { defineConfig } from 'vitest/config';

/** The suites that `npm test` runs everywhere; those that need real backends are run by `npm run test:real`. */
export default defineConfig({
  test: {
    setupFiles: ['test/support/intents.setup.ts'],
    globalSetup: ['test/support/postgres.setup.ts'],
    include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/acceptance/**/*.test.ts'],
    reporters: ['default', './test/support/not-run-reporter.ts', './test/support/count-reporter.ts'],
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 60_000,
    // Two cores: most of what the tests of whole programs do is to wait.
    maxWorkers: 3,
  },
});
