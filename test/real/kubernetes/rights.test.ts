import { describe, expect, test } from 'vitest';
import type { DeployTarget } from '../../../integrations/target.ts';
import { contextOf, deployPlan, granted, resolved, runSteps, undo } from '../../contract/target/drive.ts';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { grantedRules, rightOfCall, rightsIn } from '../../support/kubernetes/granted.ts';
import { argoRollouts } from '../../support/kubernetes/rollouts.ts';
import { type Kind, makeKubernetesWorld } from './target-world.ts';

const KINDS: readonly Kind[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout'];

describe.skipIf(noCluster)('the rights of manifests/kubernetes', () => {
  test.each(KINDS)('are those that a %s is deployed with: none is missing, none is idle', async (kind) => {
    const world = await makeKubernetesWorld({ kind, migrationJob: 'migrate' });
    await world.cluster.create('batch/v1', 'cronjobs', cronJob(`${world.image}:v1.0.0`));
    const target = world.connect();
    // A watch whose history is gone begins anew with a list.
    world.proxy.forgetHistory(1);
    await deploy(target, world.versions.good, 'op_good');
    await deploy(target, world.versions.broken.version, 'op_broken');
    // Going back over more than an image takes the kept template.
    if (kind === 'Rollout') await annotate(argoRollouts(world.cluster, 'api'));
    const live = await target.inspect();
    const good = [(await resolved(target, world.versions.running)).digest];
    const back = granted(await rollbackOf(target).plan({ live, to: null, good }));
    await runSteps(target, back.steps, contextOf('op_back'));
    await target.examine();
    const used = world.proxy.calls().map(({ method, path }) => rightOfCall(method, path));
    expect([...new Set(used.filter((right) => right !== null))].toSorted()).toEqual(
      rightsIn(grantedRules(kind === 'Rollout' ? 'argo-rollouts' : kind.toLowerCase(), 'migration')),
    );
    await world.stop();
  });
});

async function annotate(somebody: ReturnType<typeof argoRollouts>): Promise<void> {
  await somebody.edit({ spec: { template: { metadata: { annotations: { reviewed: 'yes' } } } } });
  await eventually(async () => (await somebody.read()).status.pauseConditions?.length);
  await somebody.promoteFully();
  await somebody.settled();
}

async function deploy(target: DeployTarget, version: string, operation: string): Promise<void> {
  const plan = await deployPlan(target, version);
  const { begun, end } = await runSteps(target, plan.steps, contextOf(operation));
  if (!end.ok) await undo(target, begun, contextOf(operation));
}

/** What `migrate:` makes its Jobs from. */
const cronJob = (image: string) => ({
  metadata: { name: 'migrate' },
  spec: {
    schedule: '0 0 1 1 *',
    suspend: true,
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image }] } } },
    },
  },
});

function rollbackOf(target: DeployTarget) {
  if (target.rollback === undefined) throw new Error('this target cannot go back');
  return target.rollback;
}
