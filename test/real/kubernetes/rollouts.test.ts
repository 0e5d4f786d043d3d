import { describe, expect, onTestFinished, test } from 'vitest';
import type { DeployTarget, StepContext } from '../../../integrations/target.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import {
  contextOf,
  deployPlan,
  granted,
  runStep,
  runSteps,
  stepOf,
  undo,
} from '../../contract/target/drive.ts';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { type KubernetesWorld, type KubernetesWorldOptions, makeKubernetesWorld } from './target-world.ts';

async function worldWith(options: KubernetesWorldOptions = {}): Promise<KubernetesWorld> {
  const world = await makeKubernetesWorld(options);
  onTestFinished(() => world.stop());
  return world;
}

/** Everything that is told in the thread. */
function listening(operationId: string): { readonly context: StepContext; readonly lines: string[] } {
  const lines: string[] = [];
  return { context: { ...contextOf(operationId), log: (line) => void lines.push(line) }, lines };
}

/** Starts a step, and looks at it once; what it then says and holds. */
async function begun(target: DeployTarget, step: PlannedStep, context: StepContext) {
  const progress = await target.start(step, context);
  if (progress.phase !== 'running') throw new Error(`it is over: ${progress.message}`);
  return progress;
}

describe.skipIf(noCluster)('why a rollout does not get on', () => {
  /** A deploy of the good version that the world keeps from becoming ready. */
  async function failureOf(options: KubernetesWorldOptions) {
    const world = await worldWith(options);
    const target = world.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    const { context, lines } = listening('op_fails');
    const found = await world.split();
    const { end, begun } = await runSteps(target, plan.steps, context);
    for (const undone of await undo(target, begun, context)) expect(undone).toMatchObject({ ok: true });
    expect(await world.split()).toEqual(found);
    return { message: end.message, lines };
  }

  test('an image that cannot be pulled is told in the runtime’s words, and undone', async () => {
    const { message } = await failureOf({ goodOne: 'pullFails' });
    expect(message).toMatch(/progress deadline.*api-\w+-\w+: ImagePullBackOff: Back-off pulling image/);
  });

  test('a readiness probe that fails is told by its event', async () => {
    const { message } = await failureOf({ goodOne: 'neverReady' });
    expect(message).toContain('NotReady: Readiness probe failed: HTTP probe failed with statuscode: 503');
  });

  test('the last lines of what crashed stand in the thread, without secrets', async () => {
    const world = await worldWith();
    await world.cluster.logs([
      'Traceback (most recent call last):',
      'connecting to postgresql://app:hunter2@db/x',
    ]);
    const target = world.connect();
    const { context, lines } = listening('op_crash');
    await runSteps(target, (await deployPlan(target, 'v1.3.0-broken')).steps, context);
    expect(lines.join('\n')).toMatch(/Last lines of app in api-\w+-\w+:\nTraceback/);
    expect(lines.join('\n')).toContain('postgresql://app:‹secret›@db/x');
  });

  test('pods that no node takes are told with the scheduler’s reason', async () => {
    const world = await worldWith();
    await world.edit({
      spec: {
        template: {
          spec: { containers: [{ name: 'app', resources: { requests: { cpu: '1000' } } }] },
        },
      },
    });
    const target = world.connect();
    await eventually(async () => (await target.inspect()).notes.join().includes('Unschedulable'));
    const plan = await deployPlan(target, 'v1.1.0');
    expect(plan.warnings).toContain('A rollout by somebody else is under way.');
    const { end } = await runSteps(target, plan.steps, contextOf('op_cpu'));
    expect(end.message).toMatch(/Unschedulable: no node takes it: .*Insufficient cpu/);
  });

  test('pods that a quota forbids are told by the controller’s condition', async () => {
    const world = await worldWith();
    await world.cluster.create('v1', 'resourcequotas', {
      metadata: { name: 'few' },
      spec: { hard: { pods: '2' } },
    });
    const target = world.connect();
    const { end } = await runSteps(target, (await deployPlan(target, 'v1.1.0')).steps, contextOf('op_quota'));
    expect(end.message).toMatch(/No pods can be made: .*exceeded quota: few/);
  });
});

describe.skipIf(noCluster)('a deadline that an earlier rollout exceeded', () => {
  const deadline = async (world: KubernetesWorld) => {
    const conditions: readonly { reason: string }[] = (await world.workload()).status.conditions;
    return conditions.some(({ reason }) => reason === 'ProgressDeadlineExceeded');
  };

  test('fails neither its undo nor what is deployed after it, and its own is noticed again', async () => {
    const world = await worldWith({ replicas: 1 });
    const target = world.connect();
    const broken = await deployPlan(target, 'v1.3.0-broken');
    expect((await runSteps(target, broken.steps, contextOf('op_1'))).end).toMatchObject({ ok: false });
    expect(await deadline(world)).toBe(true);
    const [back] = await undo(target, broken.steps, contextOf('op_1'));
    expect(back).toMatchObject({ ok: true, message: expect.stringMatching(/as it was; 1 of 1 pods/) });

    await world.setImage(`${world.image}@${await world.digestOf('v1.1.0')}`);
    const again = await deployPlan(target, 'v1.3.0-broken');
    expect((await runSteps(target, again.steps, contextOf('op_2'))).end).toMatchObject({ ok: false });
    expect(await deadline(world)).toBe(true);
    const good = await deployPlan(target, 'v1.1.0');
    expect((await runSteps(target, good.steps, contextOf('op_3'))).end).toMatchObject({ ok: true });
  });
});

describe.skipIf(noCluster)('what others do', () => {
  /** A rollout that goes on until it is told otherwise, under way. */
  async function underWay(options: KubernetesWorldOptions = {}) {
    const world = await worldWith({
      annotations: { [BEHAVIOUR.startsIn]: '3s' },
      spec: { progressDeadlineSeconds: 60 },
      ...options,
    });
    const target = world.connect();
    const { steps } = await deployPlan(target, 'v1.1.0');
    const step = stepOf(steps, 'roll-out');
    const context = contextOf('op_under_way');
    const progress = await begun(target, step, context);
    return { world, target, step, context, progress };
  }

  test('a paused Deployment is refused when planning, with what to do', async () => {
    const world = await worldWith();
    await world.edit({ spec: { paused: true } });
    await expect(deployPlan(world.connect(), 'v1.1.0')).rejects.toMatchObject({
      problem: 'conflict',
      message: expect.stringContaining('kubectl rollout resume'),
    });
  });

  test('one that is paused in the middle is told, and goes on when it is resumed', async () => {
    const { world, target, step, context, progress } = await underWay();
    await world.edit({ spec: { paused: true } });
    const told = await target.resume(step, progress.handle, context);
    expect(told).toMatchObject({ phase: 'running', message: expect.stringContaining('paused') });
    await world.edit({ spec: { paused: false } });
    expect(await runStep(target, step, context)).toMatchObject({ ok: true });
  });

  test('a second rollout in the middle is a conflict, named by who began it, and left alone', async () => {
    const { world, target, step, context, progress } = await underWay();
    const env = [{ name: 'LATE', value: '1' }];
    await world.edit({ spec: { template: { spec: { containers: [{ name: 'app', env }] } } } });
    const theirs = await world.split();
    await expect(target.resume(step, progress.handle, context)).rejects.toMatchObject({
      problem: 'conflict',
      message: expect.stringMatching(
        /Somebody else has changed the template of the Deployment api in t-\w+ \(by .+\)/,
      ),
    });
    expect(await undo(target, [step], context)).toMatchObject([
      { ok: true, message: expect.stringContaining('left as it is') },
    ]);
    expect(await world.split()).toEqual(theirs);
  });

  test('a Deployment that is deleted in the middle is told', async () => {
    const { world, target, step, context, progress } = await underWay();
    await world.cluster.api.remove(world.cluster.path('apps/v1', 'deployments', 'api'));
    await expect(target.resume(step, progress.handle, context)).rejects.toMatchObject({
      problem: 'not-found',
      message: expect.stringContaining('Somebody has deleted the Deployment api'),
    });
  });

  test('one that was deleted and made anew since the plan is not touched', async () => {
    const world = await worldWith();
    const target = world.connect();
    const { steps } = await deployPlan(target, 'v1.1.0');
    const { spec } = await world.workload();
    const path = world.cluster.path('apps/v1', 'deployments', 'api');
    await world.cluster.api.remove(path);
    await eventually(async () => (await world.cluster.api.find(path)) === null);
    await world.cluster.create('apps/v1', 'deployments', { metadata: { name: 'api' }, spec });
    const { end } = await runSteps(target, steps, contextOf('op_anew'));
    expect(end).toMatchObject({ problem: 'conflict', message: expect.stringContaining('made it anew') });
    expect(world.changes()).toBe(0);
  });

  test('the number of replicas is left to the autoscaler, also when it changes in the middle', async () => {
    const { world, target, step, context } = await underWay({ annotations: { [BEHAVIOUR.startsIn]: '1s' } });
    await world.edit({ spec: { replicas: 4 } });
    expect(await runStep(target, step, context)).toMatchObject({ ok: true });
    await undo(target, [step], context);
    expect((await world.workload()).spec.replicas).toBe(4);
    const owners = JSON.stringify((await world.workload()).metadata);
    const own = JSON.parse(owners).managedFields.find(
      (one: { manager: string }) => one.manager === 'slipway',
    );
    expect(JSON.stringify(own.fieldsV1)).not.toContain('f:replicas');
  });

  test('a template that is changed between our reading and our writing is not overwritten', async () => {
    const world = await worldWith();
    const target = world.connect();
    const { steps } = await deployPlan(target, 'v1.1.0');
    const env = [{ name: 'LATE', value: '1' }];
    world.proxy.overtakeNextChange(() =>
      world.edit({ spec: { template: { spec: { containers: [{ name: 'app', env }] } } } }),
    );
    const { end } = await runSteps(target, steps, contextOf('op_overtaken'));
    expect(end).toMatchObject({ ok: false, problem: 'conflict' });
    expect(world.changes()).toBe(0);
  });

  test('a number of replicas that is changed in that moment is no conflict', async () => {
    const world = await worldWith();
    const target = world.connect();
    const { steps } = await deployPlan(target, 'v1.1.0');
    world.proxy.overtakeNextChange(() => world.edit({ spec: { replicas: 3 } }));
    const { end } = await runSteps(target, steps, contextOf('op_scaled'));
    expect(end).toMatchObject({ ok: true, message: expect.stringContaining('All 3 pods run') });
  });

  test('who applies the same image server-side is named before anyone approves', async () => {
    const world = await worldWith();
    const { spec } = await world.workload();
    const applied = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api' },
      spec: {
        selector: spec.selector,
        template: { spec: { containers: [{ name: 'app', image: spec.template.spec.containers[0].image }] } },
      },
    };
    const path = `${world.cluster.path('apps/v1', 'deployments', 'api')}?fieldManager=argocd&force=true`;
    await world.cluster.api.expect('PATCH', path, JSON.stringify(applied), 'application/apply-patch+yaml');
    const { warnings } = await deployPlan(world.connect(), 'v1.1.0');
    expect(warnings.join()).toContain('argocd applies this image too');
  });
});

describe.skipIf(noCluster)('a watch', () => {
  async function followed() {
    const world = await worldWith({
      annotations: { [BEHAVIOUR.startsIn]: '1s' },
      spec: { progressDeadlineSeconds: 60 },
    });
    const target = world.connect();
    const { steps } = await deployPlan(target, 'v1.1.0');
    return { world, target, step: stepOf(steps, 'roll-out') };
  }

  test('that is cut in the middle, again and again, goes on behind what it saw', async () => {
    const { world, target, step } = await followed();
    const planned = world.proxy.calls().length;
    let cuts = 0;
    const cutting = setInterval(() => {
      cuts += world.proxy.cutWatches();
    }, 200);
    onTestFinished(() => clearInterval(cutting));
    expect(await runStep(target, step, contextOf('op_cut'))).toMatchObject({ ok: true });
    clearInterval(cutting);
    expect(cuts).toBeGreaterThan(0);
    expect(world.changes()).toBe(1);
    const asked = world.proxy.calls().slice(planned);
    expect(asked.filter(({ path }) => path.includes('deployments?fieldSelector='))).toEqual([]);
    const from = asked.flatMap(({ path }) => path.match(/watch=true.*[?&]resourceVersion=(\d+)/)?.[1] ?? []);
    expect(new Set(from).size).toBeGreaterThan(1);
    expect(from.map(Number)).toEqual(from.map(Number).toSorted((one, other) => one - other));
  });

  test('from a resourceVersion that is too old begins anew with a list', async () => {
    const { world, target, step } = await followed();
    world.proxy.forgetHistory(2);
    expect(await runStep(target, step, contextOf('op_old'))).toMatchObject({ ok: true });
    const lists = world.proxy.calls().filter(({ path }) => path.includes('deployments?fieldSelector='));
    expect(lists.length).toBeGreaterThan(0);
  });

  test('ends in seconds when nothing happens, and tells what it waits for', async () => {
    const spec = { progressDeadlineSeconds: 60 };
    const world = await worldWith({ goodOne: 'neverReady', spec });
    const target = world.connect();
    const step = stepOf((await deployPlan(target, 'v1.1.0')).steps, 'roll-out');
    const { handle } = await begun(target, step, contextOf('op_slow'));
    let told = await target.resume(step, handle, contextOf('op_slow'));
    if (told.phase === 'running') told = await target.resume(step, told.handle, contextOf('op_slow'));
    expect(told).toMatchObject({
      phase: 'running',
      message: expect.stringContaining('1 of 2 pods are new; api-'),
    });
  });
});

describe.skipIf(noCluster)('what pods really run', () => {
  test('is what counts: a rollout that is complete with another content is not done, and is undone', async () => {
    const lie = `sha256:${'e'.repeat(64)}`;
    const world = await worldWith();
    const target = world.connect();
    await world.edit({ spec: { template: { metadata: { annotations: { [BEHAVIOUR.runsDigest]: lie } } } } });
    await eventually(async () => (await world.servingDigest()) === lie);
    await eventually(async () => (await target.inspect()).health.status === 'healthy');
    const plan = await deployPlan(target, 'v1.1.0');
    const { end, begun } = await runSteps(target, plan.steps, contextOf('op_lie'));
    expect(end).toMatchObject({
      ok: false,
      message: expect.stringMatching(/runs eeeeeeeeeeee, and \w+ was approved/),
    });
    expect(begun.at(-1)?.id).toBe('verify-serving');
  });

  test('a workload by tag is known by what its pods show, and by its tag', async () => {
    const world = await worldWith();
    await world.setImage(`${world.image}:v1.2.0`);
    const live = await world.connect().inspect();
    const serving = live.revisions.find(({ name }) => name === live.traffic[0]?.revision);
    expect(serving).toMatchObject({ version: 'v1.2.0', digest: expect.stringMatching(/^sha256:/) });
  });
});

describe.skipIf(noCluster)('going back', () => {
  test('brings the whole template back, not only the image, by its number', async () => {
    const world = await worldWith();
    const target = world.connect();
    const before = (await world.workload()).spec.template;
    const env = [{ name: 'LOG_LEVEL', value: 'debug' }];
    await world.edit({ spec: { template: { spec: { containers: [{ name: 'app', env }] } } } });
    await eventually(async () => (await target.inspect()).revisions.length === 2);
    await eventually(async () => (await target.inspect()).traffic.length === 1);
    const plan = granted(
      (await target.rollback?.plan({ live: await target.inspect(), to: '1', good: [] })) ?? fail(),
    );
    expect(plan.steps[0]?.title).toContain('revision 1');
    expect((await runSteps(target, plan.steps, contextOf('op_back'))).end).toMatchObject({ ok: true });
    expect((await world.workload()).spec.template).toEqual(before);
  });

  test('to a revision that is gone is refused by name', async () => {
    const world = await worldWith();
    const target = world.connect();
    const outcome = await target.rollback?.plan({ live: await target.inspect(), to: '7', good: [] });
    expect(outcome).toMatchObject({ ok: false, refusal: { code: 'no-such-revision', wanted: '7' } });
  });
});

function fail(): never {
  throw new Error('it cannot roll back');
}

test.skipIf(noCluster)('a change cause says which operation and who', async () => {
  const world = await worldWith();
  const target = world.connect();
  await runSteps(target, (await deployPlan(target, 'v1.1.0')).steps, contextOf('op_cause'));
  expect((await world.workload()).metadata.annotations).toMatchObject({
    'kubernetes.io/change-cause': 'Slipway op_cause: v1.1.0, asked for by Ana',
    'slipway/operation': 'op_cause',
    'slipway/requested-by': 'Ana',
  });
});
