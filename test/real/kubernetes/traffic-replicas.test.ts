import { describe, expect, onTestFinished, test } from 'vitest';
import type { DeployTarget } from '../../../integrations/target.ts';
import { TargetError } from '../../../integrations/target.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { contextOf, runStep, stepOf } from '../../contract/target/drive.ts';
import { type Canary, plannedOn, succeed } from '../../contract/target/drive-canary.ts';
import { noCluster } from '../../support/kubernetes/cluster.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { startBackend } from './backend.ts';
import { BROKEN } from './target-world.ts';

const PODS = 4;

/** Four pods, and a bot that may make a canary beside them. */
async function world() {
  const backend = await startBackend({
    roles: ['deployment', 'replicas'],
    target: { workload: 'deployment/api', traffic: { kind: 'replicas' } },
  });
  onTestFinished(() => backend.stop());
  const { cluster, imageOf } = backend;
  await cluster.deploy({
    name: 'api',
    image: await imageOf('v1.0.0'),
    replicas: PODS,
    annotations: { [BEHAVIOUR.crashLoop]: await backend.digestOf(BROKEN) },
    spec: { progressDeadlineSeconds: 2 },
  });
  const where = (name: string) => cluster.path('apps/v1', 'deployments', name);
  const canary = () => cluster.api.find(where('api-canary'));
  const planned = (version = 'v1.1.0') => plannedOn(backend.connect(), { version });
  return { ...backend, where, canary, planned };
}

/** What `/status` shows of the traffic. */
async function shownShares(target: DeployTarget): Promise<readonly string[]> {
  const { traffic, revisions } = await target.inspect();
  return traffic.map(({ revision, percent, tag }) => {
    const { version } = revisions.find(({ name }) => name === revision) ?? { version: null };
    return `${version} ${percent} %${tag === undefined ? '' : ` ${tag}`}`;
  });
}

type World = Awaited<ReturnType<typeof world>>;

describe.skipIf(noCluster)('a canary by the number of its pods', () => {
  test('says which shares can be had, has them, and never scales the workload', async () => {
    const { planned, canary, cluster, where } = await world();
    const one = await planned();
    const { target, traffic, plan, context } = one;
    expect(traffic.reachable(plan)).toEqual([20, 33, 43, 50]);
    expect(plan.warnings.join()).toContain('20, 33, 43, 50 % can be had');
    await succeed(one, plan.steps);
    expect((await canary())?.spec.replicas).toBe(0);
    expect(await shownShares(target)).toEqual(['v1.0.0 100 %', 'v1.1.0 0 % canary']);
    for (const [from, to, pods] of [
      [0, 20, 1],
      [20, 50, 4],
      [50, 33, 2],
    ] as const) {
      await succeed(one, [traffic.weightStep({ plan, from, to })]);
      expect((await canary())?.status.readyReplicas).toBe(pods);
      expect(await shownShares(target)).toEqual([`v1.0.0 ${100 - to} %`, `v1.1.0 ${to} % canary`]);
      expect(await traffic.observe({ plan, operationId: 'op_canary', percent: to })).toMatchObject({
        ours: true,
      });
    }
    const refused = await runStep(target, traffic.weightStep({ plan, from: 33, to: 10 }), context);
    expect(refused).toMatchObject({
      problem: 'invalid',
      message: expect.stringContaining('20, 33, 43, 50 %'),
    });
    await succeed(one, traffic.promoteSteps(plan, 33));
    expect(await canary()).toBeNull();
    expect(await shownShares(target)).toEqual(['v1.1.0 100 %']);
    expect((await cluster.api.get(where('api'))).spec.replicas).toBe(PODS);
  });

  test('is aborted to what was there, also while an autoscaler changes the workload', async () => {
    const { planned, canary, cluster, where, imageOf } = await world();
    const one = await planned();
    const { traffic, plan } = one;
    await succeed(one, [...plan.steps, traffic.weightStep({ plan, from: 0, to: 20 })]);
    await cluster.api.patch(where('api'), { spec: { replicas: 6 } });
    expect(await traffic.observe({ plan, operationId: 'op_canary', percent: 20 })).toMatchObject({
      ours: true,
    });
    await succeed(one, traffic.abortSteps(plan, [20]));
    expect(await canary()).toBeNull();
    const { spec } = await cluster.api.get(where('api'));
    expect(spec.replicas).toBe(6);
    expect(spec.template.spec.containers[0].image).toBe(await imageOf('v1.0.0'));
  });

  test('whose pods never get ready fails for their own reason, and is aborted', async () => {
    const { planned, canary } = await world();
    const one = await planned(BROKEN);
    const { target, traffic, plan, context } = one;
    await succeed(one, plan.steps);
    const end = await runStep(target, traffic.weightStep({ plan, from: 0, to: 33 }), context);
    expect(end).toMatchObject({
      problem: 'unhealthy',
      message: expect.stringMatching(/^It made no progress for 2 s .*CrashLoopBackOff: app exited with 1/),
    });
    await succeed(one, traffic.abortSteps(plan, [0, 33]));
    expect(await canary()).toBeNull();
  });

  test('that somebody else scales is told, and is left with its pods', async () => {
    const { planned, canary, cluster, where } = await world();
    const one = await planned();
    const { target, traffic, plan, context } = one;
    await succeed(one, [...plan.steps, traffic.weightStep({ plan, from: 0, to: 20 })]);
    await cluster.api.patch(where('api-canary'), { spec: { replicas: 3 } });
    const seen = await traffic.observe({ plan, operationId: 'op_canary', percent: 20 });
    expect(seen).toMatchObject({ ours: false, found: expect.stringContaining('3 pods of api-canary') });
    for (const step of [traffic.weightStep({ plan, from: 20, to: 50 }), ...traffic.abortSteps(plan, [20])]) {
      expect(await runStep(target, step, context)).toMatchObject({ problem: 'conflict' });
    }
    expect((await canary())?.spec.replicas).toBe(3);
  });

  test('is not begun where a canary by somebody else stands', async () => {
    const { planned, cluster, imageOf } = await world();
    await cluster.deploy({ name: 'api-canary', image: await imageOf('v1.1.0') });
    await expect(planned()).rejects.toThrow('somebody’s canary');
  });

  test('is not begun where another operation’s own is left, which is named with how to delete it', async () => {
    const { planned, cluster } = await world();
    const one = await planned();
    await succeed(one, one.plan.steps);
    await expect(planned('v1.2.0')).rejects.toThrow(
      new RegExp(
        `Slipway’s operation op_canary has left it.* kubectl delete deployment api-canary -n ${cluster.namespace}$`,
      ),
    );
  });

  test('does nothing to a canary of another operation', async () => {
    const { planned, canary } = await world();
    const one = await planned();
    await succeed(one, one.plan.steps);
    const other = { ...one, context: contextOf('op_other') };
    const steps = one.traffic.abortSteps(one.plan, [20]);
    await succeed(other, steps);
    expect(await canary()).not.toBeNull();
    const removal = stepOf(steps, 'abort-remove-canary');
    expect(await one.target.start(removal, other.context)).toMatchObject({ phase: 'succeeded', left: true });
  });

  describe.each(['promoted', 'aborted'] as const)('until it is %s', (ending) => {
    type Start = ReturnType<typeof plannedLife>['start'];

    /** Its whole life, and how a step of it is usually started. */
    function plannedLife({ target, traffic, plan, context }: Canary) {
      const moves = [
        { from: 0, to: 20 },
        { from: 20, to: 50 },
      ].map((move) => traffic.weightStep({ plan, ...move }));
      const end = ending === 'promoted' ? traffic.promoteSteps(plan, 50) : traffic.abortSteps(plan, [50]);
      return {
        steps: [...plan.steps, ...moves, ...end],
        start: (step: PlannedStep) => target.start(step, context),
      };
    }

    /** Lives it with steps that are started as told; expects one effect of each at most, and the right end. */
    async function expectOnce(started: (start: Start, step: PlannedStep, world: World) => ReturnType<Start>) {
      const own = await world();
      const one = await own.planned();
      const { steps, start } = plannedLife(one);
      for (const step of steps) {
        const before = own.proxy.changes();
        const end = await runStep(one.target, step, one.context, (begun) => started(start, begun, own));
        expect(end, step.id).toMatchObject({ ok: true });
        expect(own.proxy.changes() - before, step.id).toBeLessThanOrEqual(1);
      }
      expect(await own.canary()).toBeNull();
      const { spec } = await own.cluster.api.get(own.where('api'));
      const version = ending === 'promoted' ? 'v1.1.0' : 'v1.0.0';
      expect(spec.template.spec.containers[0].image).toBe(await own.imageOf(version));
    }

    test('is found again after every reply that was lost, and nothing is made twice', async () => {
      await expectOnce(async (start, step, { proxy }) => {
        if (step.effect === 'reads') return start(step);
        const before = proxy.changes();
        proxy.loseNextReply();
        const lost = await start(step).then(
          () => false,
          (error: unknown) => error instanceof TargetError && error.retry === 'retryable',
        );
        expect(lost, step.id).toBe(proxy.changes() > before);
        return start(step);
      });
    });

    test('is found by another process after every step whose process died', async () => {
      await expectOnce(async (_, step, own) => {
        await own.connect().start(step, contextOf('op_canary'));
        return own.connect().start(step, contextOf('op_canary'));
      });
    });
  });

  test('names what the role lacks, and is left as it was', async () => {
    const { planned, canary, denyChanges } = await world();
    const one = await planned();
    const { target, traffic, plan, context } = one;
    await succeed(one, [...plan.steps, traffic.weightStep({ plan, from: 0, to: 20 })]);
    denyChanges();
    expect(await runStep(target, traffic.weightStep({ plan, from: 20, to: 50 }), context)).toMatchObject({
      problem: 'permission',
      retry: 'terminal',
      message: expect.stringMatching(/patch .*deployments/),
    });
    expect((await canary())?.spec.replicas).toBe(1);
  });
});
