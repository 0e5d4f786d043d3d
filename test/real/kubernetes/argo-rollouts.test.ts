import { describe, expect, onTestFinished, test } from 'vitest';
import { contextOf, deployPlan, granted, resolved, runSteps } from '../../contract/target/drive.ts';
import { plannedOn, succeed } from '../../contract/target/drive-canary.ts';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { argoRollouts } from '../../support/kubernetes/rollouts.ts';
import { startBackend } from './backend.ts';

const OWN_STEPS = [{ setWeight: 50 }, { pause: {} }];

/** A Rollout with four pods and without a router, and a bot that may lead it. */
async function world(strategy: object = { canary: { steps: OWN_STEPS } }) {
  const backend = await startBackend({
    roles: ['argo-rollouts'],
    target: { workload: 'rollout/api', traffic: { kind: 'argo-rollouts' } },
  });
  onTestFinished(() => backend.stop());
  const { cluster, imageOf } = backend;
  const image = await imageOf('v1.0.0');
  await cluster.deploy({ kind: 'Rollout', name: 'api', image, replicas: 4, spec: { strategy } });
  const somebody = argoRollouts(cluster, 'api');
  await somebody.settled();
  return { ...backend, somebody, target: backend.connect() };
}

describe.skipIf(noCluster)('a Rollout without a router', () => {
  test('says which shares can be had, and has them up and down', async () => {
    const { target, somebody } = await world();
    const one = await plannedOn(target, { version: 'v1.1.0' });
    const { traffic, plan } = one;
    expect(traffic.reachable(plan)).toEqual([20, 25, 40, 50, 60, 75, 80]);
    expect(plan.warnings.join()).toContain('20, 25, 40, 50, 60, 75, 80 % can be had');
    await succeed(one, plan.steps);
    for (const [from, to, pods] of [
      [0, 25, 1],
      [25, 75, 3],
      [75, 50, 2],
    ] as const) {
      await succeed(one, [traffic.weightStep({ plan, from, to })]);
      expect((await somebody.read()).status.updatedReplicas).toBe(pods);
      expect(await traffic.observe({ plan, operationId: 'op_canary', percent: to })).toMatchObject({
        ours: true,
        found: expect.stringContaining(`${to} %`),
      });
    }
    const { end } = await runSteps(target, [traffic.weightStep({ plan, from: 50, to: 10 })], one.context);
    expect(end).toMatchObject({ problem: 'invalid', message: expect.stringContaining('20, 25, 40') });
    await succeed(one, traffic.promoteSteps(plan, 50));
    expect((await somebody.read()).spec.strategy.canary.steps).toEqual(OWN_STEPS);
  });

  test('that somebody has under way is not deployed to; a rollback takes it back at once', async () => {
    const { target, somebody, imageOf, digestOf } = await world();
    await somebody.setImage(await imageOf('v1.1.0'));
    await eventually(async () => (await somebody.read()).status.pauseConditions?.length);
    await expect(deployPlan(target, 'v1.2.0')).rejects.toThrow('promote or abort it first');
    const live = await target.inspect();
    expect(live.notes.join()).toContain('Its rollout is paused: it stands at its step 2 of 2');
    const good = [await digestOf('v1.0.0')];
    const back = granted((await target.rollback?.plan({ live, to: null, good })) ?? expect.fail());
    expect(back.warnings).toContain('If it fails, nothing takes it back by itself.');
    const { end } = await runSteps(target, back.steps, contextOf('op_back'));
    expect(end, end.message).toMatchObject({ ok: true });
    const { spec, status } = await somebody.read();
    expect(spec.template.spec.containers[0].image).toBe(await imageOf('v1.0.0'));
    expect(spec.strategy.canary.steps).toEqual(OWN_STEPS);
    expect(status.phase).toBe('Healthy');
  });

  test('that was aborted by hand is said to be, and is not deployed to', async () => {
    const { target, somebody, imageOf } = await world();
    await somebody.setImage(await imageOf('v1.1.0'));
    await somebody.abort();
    await eventually(async () => (await somebody.read()).status.phase === 'Degraded');
    await expect(deployPlan(target, 'v1.2.0')).rejects.toThrow('Go back to what serves first (/rollback');
    expect((await target.inspect()).health).toMatchObject({ reason: expect.stringContaining('aborted') });
  });

  test('of colours is refused where it waits to be promoted by hand, and has no canaries', async () => {
    const { target, cluster } = await world();
    await cluster.create('v1', 'services', {
      metadata: { name: 'api' },
      spec: { selector: { app: 'api' }, ports: [{ port: 80 }] },
    });
    const strategy = { canary: null, blueGreen: { activeService: 'api', autoPromotionEnabled: false } };
    await argoRollouts(cluster, 'api').edit({ spec: { strategy } });
    await expect(deployPlan(target, 'v1.1.0')).rejects.toThrow('autoPromotionEnabled is false');
    await argoRollouts(cluster, 'api').edit({
      spec: { strategy: { blueGreen: { autoPromotionEnabled: true } } },
    });
    const artifact = await resolved(target, 'v1.1.0');
    const live = await target.inspect();
    await expect(target.traffic?.planCanary({ live, artifact })).rejects.toThrow('Use /deploy');
  });
});
