import { expect, test } from 'vitest';
import { workloadName } from '../../../integrations/kubernetes/names.ts';
import { rightsOf, rightText } from '../../../integrations/kubernetes/rights.ts';
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

function textsOf(rights: ReturnType<typeof rightsOf>): readonly string[] {
  return [...new Set(rights.map(rightText))].toSorted();
}
