import { mergeConfig } from 'vitest/config';
import real from '../../../vitest.real.config.ts';

/** The suites that need a cluster: one for the whole run. */
export default mergeConfig(real, { test: { globalSetup: ['test/support/kubernetes/kubernetes.setup.ts'] } });
