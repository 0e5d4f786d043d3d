import { describe } from 'vitest';
import { describeTarget } from '../../contract/target/suite.ts';
import { noCluster } from '../../support/kubernetes/cluster.ts';
import { makeBlueGreenWorld } from './blue-green-world.ts';

describe.skipIf(noCluster)('the contract of deploy targets', () => {
  describeTarget('blue and green', () => makeBlueGreenWorld());
});
