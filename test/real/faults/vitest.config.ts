import { mergeConfig } from 'vitest/config';
import base from '../../../vitest.real.config.ts';

/** What Slack’s outages do is to wait, for minutes: the other files run one by one beside them. */
export default mergeConfig(base, { test: { fileParallelism: true, maxWorkers: 2, testTimeout: 1_500_000 } });
