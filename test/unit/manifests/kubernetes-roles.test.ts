import { expect, test } from 'vitest';
import { blueGreenConfig } from '../../../integrations/kubernetes/blue-green/config.ts';
import { workloadName } from '../../../integrations/kubernetes/names.ts';
import { rightsOf, rightText } from '../../../integrations/kubernetes/rights.ts';
import { trafficConfig } from '../../../integrations/kubernetes/traffic/config.ts';
import * as backups from '../../../integrations/velero/rights.ts';
import { grantedRules, rightsIn } from '../../support/kubernetes/granted.ts';

test.each([
  'deployment',
  'statefulset',
  'daemonset',
])('the role for a %s grants exactly what the integration asks for', (kind) => {
  const workload = workloadName(`${kind}/api`, 'shop');
  expect(rightsIn(grantedRules(kind))).toEqual(textsOf(rightsOf({ workload, migrationJob: null })));
  const migrating = rightsOf({ workload, migrationJob: 'migrate' });
  expect(rightsIn(grantedRules(kind, 'migration'))).toEqual(textsOf(migrating));
});

test('the role for blue-green grants what it takes beside that of a deployment', () => {
  const workload = workloadName('deployment/api', 'shop');
  const blueGreen = blueGreenConfig.parse({ service: 'api' });
  const rights = rightsOf({ workload, migrationJob: null, config: { blueGreen } });
  expect(rightsIn(grantedRules('deployment', 'blue-green'))).toEqual(textsOf(rights));
});

test('the role for Rollouts grants what their deploys and their canaries take', () => {
  const workload = workloadName('rollout/api', 'shop');
  const traffic = trafficConfig.parse({ kind: 'argo-rollouts' });
  const rights = rightsOf({ workload, migrationJob: null, config: { traffic } });
  expect(rightsIn(grantedRules('argo-rollouts'))).toEqual(textsOf(rights));
});

const service = { host: 'api' };

test.each([
  { kind: 'replicas' },
  { kind: 'istio', virtualService: 'api', stable: service, canary: { host: 'api-canary' } },
  { kind: 'gateway-api', httpRoute: 'api', stable: 'api', canary: 'api-canary' },
])('the role for canaries by $kind grants what it takes beside that of a deployment', (given) => {
  const workload = workloadName('deployment/api', 'shop');
  const traffic = trafficConfig.parse(given);
  const rights = rightsOf({ workload, migrationJob: null, config: { traffic } });
  expect(rightsIn(grantedRules('deployment', given.kind))).toEqual(textsOf(rights));
});

test.each([
  ['home', 'velero'],
  ['server', 'velero-server'],
  ['scratch', 'velero-scratch'],
])('the role for backups in the namespace %s grants exactly what they take', (namespace, role) => {
  const rights = backups.rightsOf({ namespace: 'home', velero: 'server', scratch: 'scratch' });
  const wanted = (rights.get(namespace) ?? []).map(backups.rightText);
  expect(rightsIn(grantedRules(role))).toEqual([...wanted].toSorted());
});

function textsOf(rights: ReturnType<typeof rightsOf>): readonly string[] {
  return [...new Set(rights.map(rightText))].toSorted();
}
