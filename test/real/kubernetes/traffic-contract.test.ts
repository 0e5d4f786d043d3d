import { describe } from 'vitest';
import { describeSoleCanary } from '../../contract/target/suite-traffic.ts';
import { noCluster } from '../../support/kubernetes/cluster.ts';
import { makeRolloutWorld } from './rollout-world.ts';
import { GATEWAY, ISTIO, makeRouteWorld } from './traffic-world.ts';

describe.skipIf(noCluster)('the contract of targets that split their traffic', () => {
  describeSoleCanary('by a VirtualService', () => makeRouteWorld(ISTIO));
  describeSoleCanary('by an HTTPRoute', () => makeRouteWorld(GATEWAY));
  describeSoleCanary('by a Rollout', makeRolloutWorld);
});
