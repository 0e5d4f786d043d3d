import { makeCloudRunWorld } from './cloud-run-world.ts';
import { describeTarget } from './suite.ts';

describeTarget('Cloud Run, where traffic is pinned to a revision', () =>
  makeCloudRunWorld({ environment: 'production' }),
);

describeTarget('Cloud Run, where traffic follows the latest revision', () =>
  makeCloudRunWorld({ environment: 'staging' }),
);
