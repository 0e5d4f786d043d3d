import { TargetError } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';
import type { CanarySplit } from './canary-split.ts';
import type { BesideConfig } from './config.ts';
import { replicaSplit } from './replicas.ts';
import { gatewaySplit, istioSplit } from './weighted-routes.ts';

/** Total over the kinds: one without a case does not compile. */
export function splitOf(binding: KubernetesBinding): CanarySplit {
  const config = trafficOf(binding);
  switch (config.kind) {
    case 'replicas':
      return replicaSplit(binding);
    case 'istio':
      return istioSplit(binding, config);
    case 'gateway-api':
      return gatewaySplit(binding, config);
  }
}

export function trafficOf({ config }: KubernetesBinding): BesideConfig {
  const { traffic } = config;
  if (traffic !== undefined && traffic.kind !== 'argo-rollouts') return traffic;
  throw new TargetError('invalid', 'The config has another `traffic` for this target now, or none.');
}
