import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type CloudRunWorld, cloudRunWorld } from './cloud-run-world.ts';
import { contextOf, deployPlan, granted, resolved, runStep, runSteps, stepOf, undo } from './drive.ts';

const REVISION = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';

async function setTraffic(
  world: CloudRunWorld,
  traffic: readonly { revision: string; percent: number; tag?: string }[],
): Promise<void> {
  const { signal } = new AbortController();
  const targets = traffic.map((target) => ({ type: REVISION, ...target }) as const);
  await world.api.updateService({ name: world.serviceName, traffic: targets }, ['traffic'], signal);
  while ((await world.service()).reconciling) await delay(20);
}

async function deploy(world: CloudRunWorld, version: string, operationId: string) {
  const target = world.connect();
  const plan = await deployPlan(target, version);
  const context = contextOf(operationId);
  return { target, plan, context, ...(await runSteps(target, plan.steps, context)) };
}

async function undone(world: CloudRunWorld, version: string, operationId: string): Promise<string> {
  const { target, begun, context } = await deploy(world, version, operationId);
  const ends = await undo(target, begun, context);
  expect(ends.every((end) => end.ok)).toBe(true);
  return ends.map((end) => end.message).join(' ');
}

test('a version that turns unhealthy under traffic fails its last check and is taken back', async () => {
  const world = await cloudRunWorld({ environment: 'production', successes: 50 });
  const found = await world.split();
  const { end, begun, target, context } = await deploy(world, 'v1.4.0-flaky', 'op_flaky');
  expect(end).toMatchObject({ ok: false, problem: 'unhealthy', message: expect.stringContaining('503') });
  expect(begun.at(-1)?.id).toBe('verify-serving');
  await undo(target, begun, context);
  expect(await world.split()).toEqual(found);
});

test('a version that turns unhealthy after its last check is caught by the watch, and taken back', async () => {
  const world = await cloudRunWorld({ environment: 'production', watch: '2s' });
  const found = await world.split();
  const { end, begun, target, context } = await deploy(world, 'v1.4.0-flaky', 'op_watched');
  expect(end).toMatchObject({ ok: false, problem: 'unhealthy', message: expect.stringContaining('503') });
  expect(begun.at(-1)?.id).toBe('watch-serving');
  await undo(target, begun, context);
  expect(await world.split()).toEqual(found);
});

test('a version that stays well passes the watch', async () => {
  const world = await cloudRunWorld({ environment: 'staging', watch: '1s' });
  const { end } = await deploy(world, 'v1.1.0', 'op_well');
  expect(end.ok).toBe(true);
});

test('undoing gives “the latest” back by name once the latest is what is being undone', async () => {
  const world = await cloudRunWorld({ environment: 'staging', successes: 50 });
  const before = await world.servingDigest();
  expect(await undone(world, 'v1.4.0-flaky', 'op_flaky')).toContain('by name');
  expect(await world.servingDigest()).toBe(before);
});

test('a revision that becomes ready after it was given up takes no traffic', async () => {
  const world = await cloudRunWorld({ environment: 'staging' });
  const before = await world.servingDigest();
  const target = world.connect();
  const plan = await deployPlan(target, 'v1.1.0');
  const create = stepOf(plan.steps, 'create-revision');
  world.cloud.holdOperations(true);
  await target.start(create, contextOf('op_slow'));
  if (create.undo === undefined) throw new Error('creating a revision cannot be undone');
  await target.start(create.undo, contextOf('op_slow'));
  world.cloud.holdOperations(false);
  const end = await runStep(target, create.undo, contextOf('op_slow'));
  expect(end).toMatchObject({ ok: true });
  expect(await world.servingDigest()).toBe(before);
});

test('a deploy after a rollback does not end at 0 %', async () => {
  const world = await cloudRunWorld({ environment: 'staging' });
  await deploy(world, 'v1.1.0', 'op_1');
  const target = world.connect();
  const live = await target.inspect();
  const back = granted((await target.rollback?.plan({ live, to: 'v1.0.0', good: [] })) ?? never());
  await runSteps(target, back.steps, contextOf('op_2'));
  const { end, plan } = await deploy(world, 'v1.2.0', 'op_3');
  expect(end.ok).toBe(true);
  expect(await world.servingDigest()).toBe(plan.to.digest);
});

test('other people’s tags are not taken for the baseline, and survive a deploy and its undo', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  await deploy(world, 'v1.1.0', 'op_1');
  const [first, second] = ['api-production-00001-one', (await world.service()).traffic?.[0]?.revision ?? ''];
  await setTraffic(world, [
    { revision: first, percent: 0, tag: 'preview' },
    { revision: second, percent: 100 },
  ]);
  const found = await world.split();
  const { end, plan, target, begun, context } = await deploy(world, 'v1.2.0', 'op_2');
  expect(plan.from).toMatchObject({ revision: second, version: 'v1.1.0' });
  expect(end.ok).toBe(true);
  const tags = (await world.service()).traffic?.filter((entry) => entry.tag);
  expect(tags).toMatchObject([{ revision: first, percent: 0, tag: 'preview' }]);
  await undo(target, begun, context);
  expect(await world.split()).toEqual(found);
});

test('a split between two revisions is given back exactly', async () => {
  const world = await cloudRunWorld({ environment: 'production', successes: 50 });
  await deploy(world, 'v1.1.0', 'op_1');
  const [first, second] = ['api-production-00001-one', (await world.service()).traffic?.[0]?.revision ?? ''];
  await setTraffic(world, [
    { revision: first, percent: 90 },
    { revision: second, percent: 10, tag: 'canary' },
  ]);
  const found = await world.split();
  const { plan, end, target, begun, context } = await deploy(world, 'v1.4.0-flaky', 'op_2');
  expect(plan.warnings.join()).toContain('90 % api-production-00001-one and 10 %');
  expect(end.ok).toBe(false);
  await undo(target, begun, context);
  expect(await world.split()).toEqual(found);
});

test('a tag that moves after the plan does not move what is deployed', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  const target = world.connect();
  const plan = await deployPlan(target, 'v1.1.0');
  world.cloud.moveTag({ repository: 'demo/api', tag: 'v1.1.0', to: 'v1.2.0' });
  const { end } = await runSteps(target, plan.steps, contextOf('op_moved'));
  expect(end.ok).toBe(true);
  expect(await world.servingDigest()).toBe(plan.to.digest);
});

test('an etag that Cloud Run renewed by itself is read again, and no conflict', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  const aborted = { code: 'ABORTED', message: 'Conflict for resource' };
  world.cloud.levers.addFault({
    method: 'UpdateService',
    resource: '',
    times: 2,
    delayMs: 0,
    error: aborted,
  });
  const { end } = await deploy(world, 'v1.1.0', 'op_1');
  expect(end.ok).toBe(true);
});

test.each([
  ['ABORTED', 'conflict', 'terminal', /somebody else/],
  ['RESOURCE_EXHAUSTED', 'quota', 'retryable', /quota/],
  ['NOT_FOUND', 'not-found', 'terminal', /project, region and name/],
  ['PERMISSION_DENIED', 'permission', 'terminal', /run\.services\.update/],
  ['INVALID_ARGUMENT', 'invalid', 'terminal', /does not accept/],
  ['UNAVAILABLE', 'unavailable', 'retryable', /cannot be reached/],
  ['DEADLINE_EXCEEDED', 'timeout', 'retryable', /in time/],
  ['INTERNAL', 'unavailable', 'retryable', /cannot be reached/],
])('%s is told as %s, %s', async (code, problem, retry, words) => {
  const world = await cloudRunWorld({ environment: 'production' });
  const message = "Permission 'run.services.update' denied on resource 'x' (or resource may not exist).";
  const error = { code, message };
  world.cloud.levers.addFault({ method: 'UpdateService', resource: '', times: 9, delayMs: 0, error });
  const { end } = await deploy(world, 'v1.1.0', 'op_1');
  expect(end).toMatchObject({ ok: false, problem, retry, message: expect.stringMatching(words) });
});

test('settings of a revision that does not serve are pointed out before they ship', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  const { signal } = new AbortController();
  const { template, traffic } = await world.service();
  const containers = template?.containers?.map((one) => ({ ...one, env: [{ name: 'DEBUG', value: '1' }] }));
  const changed = { ...template, revision: 'api-production-debug', ...(containers && { containers }) };
  await world.api.updateService(
    { name: world.serviceName, template: changed, ...(traffic && { traffic }) },
    ['template', 'traffic'],
    signal,
  );
  while ((await world.service()).reconciling) await delay(20);
  const plan = await deployPlan(world.connect(), 'v1.1.0');
  expect(plan.warnings).toContainEqual(expect.stringMatching(/api-production-debug .*containers/));
});

test('a registry that is down is told as such; what serves is still shown', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  world.cloud.levers.registry = { down: true, delayMs: 0, requireToken: false };
  const target = world.connect();
  await expect(target.resolve('v1.1.0')).rejects.toMatchObject({ problem: 'unavailable' });
  const live = await target.inspect();
  expect(live.revisions[0]).toMatchObject({ version: null, digest: expect.stringContaining('sha256:') });
  expect(live.notes.join()).toMatch(/Versions are missing/);
});

test('a registry that wants a token is shown one', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  world.cloud.levers.registry = { down: false, delayMs: 0, requireToken: true };
  expect((await resolved(world.connect(), 'v1.1.0')).version).toBe('v1.1.0');
});

test.each([
  'staging',
  'production',
] as const)('a new revision takes no traffic in %s before it is moved', async (environment) => {
  const world = await cloudRunWorld({ environment });
  const target = world.connect();
  const before = await world.servingDigest();
  const { steps, to } = await deployPlan(target, 'v1.1.0');
  const shift = steps.findIndex((step) => step.id === 'shift-traffic');
  await runSteps(target, steps.slice(0, shift), contextOf('op_1'));
  expect((await target.inspect()).revisions[0]).toMatchObject({ digest: to.digest, ready: { is: true } });
  expect(await world.servingDigest()).toBe(before);
});

test('a revision that runs other content than was approved fails, though it serves', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  const { target, plan, context } = await deploy(world, 'v1.1.0', 'op_1');
  const verify = stepOf(plan.steps, 'verify-serving');
  const { digest } = await resolved(target, 'v1.2.0');
  const end = await runStep(target, { ...verify, input: { ...verify.input, digest } }, context);
  expect(end).toMatchObject({
    ok: false,
    message: expect.stringMatching(/runs \w{12}, and \w{12} was approved/),
  });
});

test('a call that fails is told at once; whoever asked decides whether to ask again', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  const error = { code: 'UNAVAILABLE', message: 'try later' };
  world.cloud.levers.addFault({ method: 'GetService', resource: '', times: 1, delayMs: 0, error });
  const target = world.connect();
  await expect(target.inspect()).rejects.toMatchObject({ problem: 'unavailable', retry: 'retryable' });
  expect((await target.inspect()).health.status).toBe('healthy');
});

function never(): never {
  throw new Error('the target cannot roll back');
}
