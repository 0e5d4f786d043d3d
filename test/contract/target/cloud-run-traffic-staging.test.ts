import { makeCloudRunWorld } from './cloud-run-world.ts';
import { describeTraffic } from './suite-traffic.ts';

describeTraffic('Cloud Run, where traffic follows the latest revision', () =>
  makeCloudRunWorld({ environment: 'staging' }),
);
