import { describe, expect, onTestFinished, test } from 'vitest';
import { contextOf, deployPlan, granted, resolved, runSteps } from '../../contract/target/drive.ts';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { grantedRules } from '../../support/kubernetes/granted.ts';
import { type KubernetesWorld, makeKubernetesWorld } from './target-world.ts';

async function world(): Promise<KubernetesWorld> {
  const made = await makeKubernetesWorld();
  onTestFinished(() => made.stop());
  return made;
}

describe.skipIf(noCluster)('what /status reads', () => {
  test('pods, and an autoscaler with its range and metric', async () => {
    const { cluster, connect } = await world();
    await cluster.create('autoscaling/v2', 'horizontalpodautoscalers', {
      metadata: { name: 'api-hpa' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' },
        minReplicas: 2,
        maxReplicas: 20,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
          },
        ],
      },
    });
    const { notes, health } = await connect().inspect();
    expect(health).toEqual({ status: 'healthy' });
    expect(notes[0]).toBe('2 of 2 pods ready');
    expect(notes[1]).toMatch(/^HPA api-hpa: \d pods of 2–20.*; cpu unknown of 70 %/);
  });

  test('pods in trouble by name, and the last warnings', async () => {
    const { connect } = await world();
    const target = connect();
    await runSteps(target, (await deployPlan(target, 'v1.3.0-broken')).steps, contextOf('op_broken'));
    const { notes, health } = await target.inspect();
    expect(health).toMatchObject({
      status: 'degraded',
      reason: expect.stringContaining('The last rollout failed'),
    });
    expect(notes.join('\n')).toMatch(/api-\w+-\w+: CrashLoopBackOff: app exited with 1/);
    await eventually(async () =>
      (await target.inspect()).notes.some((note) => /ago: BackOff api-/.test(note)),
    );
  });

  test('what a role does not let it see is said in place of it', async () => {
    const { cluster, proxy, connect } = await world();
    const some = grantedRules('deployment').filter(({ resources }) => !resources.includes('events'));
    proxy.becomes(await cluster.account('blind', some));
    const { notes, health } = await connect().inspect();
    expect(health.status).toBe('healthy');
    expect(notes.join()).toContain('Slipway may not list events in namespace');
  });

  test('serves for the plan too: nothing is read twice for one state, and anew for any other', async () => {
    const { proxy, connect } = await world();
    const target = connect();
    const [artifact, live] = await Promise.all([resolved(target, 'v1.1.0'), target.inspect()]);
    const read = proxy.calls().length;
    const plan = granted(await target.planDeploy({ live, artifact }));
    expect(proxy.calls().slice(read)).toEqual([]);
    expect(granted(await target.planDeploy({ live: structuredClone(live), artifact }))).toEqual(plan);
    expect(proxy.calls().slice(read)).toHaveLength(3);
  });

  test('rights are asked for at once, and one by one where the cluster does not list them', async () => {
    const { cluster, proxy, connect } = await world();
    const reviews = () => proxy.calls().filter(({ path }) => path.includes('selfsubject')).length;
    expect((await connect().examine()).every(({ ok }) => ok)).toBe(true);
    expect(reviews()).toBe(1);
    const some = grantedRules('deployment').map((rule) =>
      rule.resources.includes('pods') ? { ...rule, resourceNames: ['api'] } : rule,
    );
    proxy.becomes(await cluster.account('narrow', some));
    const wrong = (await connect().examine()).filter(({ ok }) => !ok);
    expect(wrong).toMatchObject([{ detail: expect.stringMatching(/missing: .*list pods/) }]);
    expect(reviews()).toBeGreaterThan(2);
  });

  test('a workload that is not there is told with what to correct', async () => {
    const { cluster, connect } = await world();
    await cluster.api.remove(cluster.path('apps/v1', 'deployments', 'api'));
    await expect(connect().inspect()).rejects.toMatchObject({ problem: 'not-found' });
    const wrong = (await connect().examine()).filter(({ ok }) => !ok);
    expect(wrong).toMatchObject([{ remedy: expect.stringContaining('Correct namespace, workload') }]);
  });
});
