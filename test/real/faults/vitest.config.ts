import { mergeConfig } from 'vitest/config';
import base from '../../../vitest.real.config.ts';

/** Its files do little but wait, for minutes: they run side by side, and the tests of a file that say so do too. */
export default mergeConfig(base, { test: { fileParallelism: true, maxWorkers: 4, testTimeout: 1_500_000 } });
