import { makeCloudRunWorld } from './cloud-run-world.ts';
import { describeTraffic } from './suite-traffic.ts';

describeTraffic('Cloud Run, where traffic is pinned to a revision', () =>
  makeCloudRunWorld({ environment: 'production' }),
);
