import { defineConfig } from 'vitest/config';

/** The suites that `npm test` runs everywhere; those that need real backends are run by `npm run test:real`. */
export default defineConfig({
  test: {
    globalSetup: ['test/support/postgres.setup.ts'],
    include: ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/acceptance/**/*.test.ts'],
    reporters: ['default', './test/support/count-reporter.ts'],
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
