import { describe } from 'vitest';
import { describeTarget } from '../../contract/target/suite.ts';
import { noCluster } from '../../support/kubernetes/cluster.ts';
import { makeKubernetesWorld } from './target-world.ts';

describe.skipIf(noCluster)('the contract of deploy targets', () => {
  describeTarget('a Deployment', () => makeKubernetesWorld({ kind: 'Deployment' }));
  describeTarget('a StatefulSet', () => makeKubernetesWorld({ kind: 'StatefulSet' }));
  describeTarget('a Rollout', () => makeKubernetesWorld({ kind: 'Rollout' }));
  describeTarget('a DaemonSet', () => makeKubernetesWorld({ kind: 'DaemonSet' }));
});
