import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type CloudRunWorld, cloudRunWorld } from './cloud-run-world.ts';
import { contextOf, deployPlan, runStep, runSteps } from './drive.ts';
import { canaryAt, plannedCanary, stepsTo, succeed } from './drive-canary.ts';

const REVISION = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
const LATEST = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';

interface Part {
  readonly revision?: string;
  readonly percent: number;
  readonly tag?: string;
}

/** What somebody types by hand; a part without a revision follows the latest. */
async function setTraffic(world: CloudRunWorld, parts: readonly Part[]): Promise<void> {
  const { signal } = new AbortController();
  const traffic = parts.map(
    (part) => ({ type: part.revision === undefined ? LATEST : REVISION, ...part }) as const,
  );
  await world.api.updateService({ name: world.serviceName, traffic }, ['traffic'], signal);
  while ((await world.service()).reconciling) await delay(20);
}

async function trafficNow(world: CloudRunWorld): Promise<readonly Part[]> {
  return ((await world.service()).traffic ?? []).map(({ revision, percent, tag }) => ({
    ...(revision ? { revision } : {}),
    percent: percent ?? 0,
    ...(tag ? { tag } : {}),
  }));
}

/** A service with two revisions of its own, v1.0.0 and v1.2.0. */
async function worldOfTwo(): Promise<{ world: CloudRunWorld; first: string; second: string }> {
  const world = await cloudRunWorld({ environment: 'production' });
  const target = world.connect();
  const plan = await deployPlan(target, 'v1.2.0');
  const { end } = await runSteps(target, plan.steps, contextOf('op_before'));
  expect(end).toMatchObject({ ok: true });
  const second = (await trafficNow(world))[0]?.revision ?? '';
  return { world, first: 'api-production-00001-one', second };
}

test.each<[string, (names: { first: string; second: string }) => readonly Part[]]>([
  [
    'a small share that stands first',
    ({ first, second }) => [
      { revision: first, percent: 10 },
      { revision: second, percent: 90 },
    ],
  ],
  [
    'somebody’s canary by tag that stands first',
    ({ first, second }) => [
      { revision: first, percent: 30, tag: 'canary' },
      { revision: second, percent: 70 },
    ],
  ],
  [
    'a preview without a share',
    ({ first, second }) => [
      { revision: first, percent: 0, tag: 'preview' },
      { revision: second, percent: 100 },
    ],
  ],
  [
    'everything by a tag',
    ({ first, second }) => [
      { revision: second, percent: 100, tag: 'canary' },
      { revision: first, percent: 0, tag: 'old' },
    ],
  ],
  ['the latest', () => [{ percent: 100 }]],
])('takes from what really serves and gives back exactly what it found, beside %s', async (_what, parts) => {
  const { world, first, second } = await worldOfTwo();
  await setTraffic(world, parts({ first, second }));
  const found = await trafficNow(world);
  const before = await world.shares();
  const canary = await plannedCanary(world, { operationId: 'op_1' });
  expect(canary.plan.from).toMatchObject({ revision: second, version: 'v1.2.0' });
  const serving = before['v1.2.0'] ?? 0;
  expect(Math.max(...canary.traffic.reachable(canary.plan))).toBe(serving - 1);
  await succeed(canary, [...canary.plan.steps, ...stepsTo(canary, 20)]);
  expect(await world.shares()).toEqual({ ...before, 'v1.2.0': serving - 20, 'v1.1.0': 20 });
  for (const part of found.filter((one) => one.tag !== undefined && one.revision !== second)) {
    expect(await trafficNow(world)).toContainEqual(part);
  }
  await succeed(canary, canary.traffic.abortSteps(canary.plan, [20]));
  expect(await world.shares()).toEqual(before);
  // Once a newer revision is ready, “the latest” would be the one that was just aborted.
  const byName = found.map((part) => ({ revision: second, ...part }));
  expect(await trafficNow(world)).toEqual(byName);
});

test('says that traffic goes by name after an abort where it followed the latest', async () => {
  const world = await cloudRunWorld({ environment: 'staging' });
  const { target, traffic, plan, context } = await canaryAt(world, 10);
  const { end } = await runSteps(target, traffic.abortSteps(plan, [10]), context);
  expect(end.message).toContain('by name');
});

test('tags that others set, move and take away during a canary stay as they made them', async () => {
  const { world, first, second } = await worldOfTwo();
  const tags = [
    { revision: first, percent: 0, tag: 'moved' },
    { revision: first, percent: 0, tag: 'gone' },
  ];
  await setTraffic(world, [{ revision: second, percent: 100 }, ...tags]);
  const canary = await canaryAt(world, 10);
  const theirs = [
    { revision: second, percent: 0, tag: 'moved' },
    { revision: first, percent: 0, tag: 'new' },
  ];
  const ours = (await trafficNow(world)).filter(({ tag }) => tag !== 'moved' && tag !== 'gone');
  await setTraffic(world, [...ours, ...theirs]);
  const seen = await canary.traffic.observe({ plan: canary.plan, operationId: 'op_canary', percent: 10 });
  expect(seen.ours).toBe(true);
  const next = canary.traffic.weightStep({ plan: canary.plan, from: 10, to: 50 });
  await succeed(canary, [next]);
  for (const part of theirs) expect(await trafficNow(world)).toContainEqual(part);
  await succeed(canary, canary.traffic.abortSteps(canary.plan, [50]));
  expect(await trafficNow(world)).toEqual([{ revision: second, percent: 100 }, ...theirs]);
});

test('an address whose tag somebody took is not taken for the canary’s, and comes back with the next weight', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  const canary = await canaryAt(world, 10);
  const { traffic, plan } = canary;
  const look = (percent: number) => traffic.observe({ plan, operationId: 'op_canary', percent });
  const { canary: own, baseline } = await look(10);
  await setTraffic(world, [
    { revision: baseline.revision, percent: 90 },
    { revision: own.revision, percent: 10 },
  ]);
  expect(await look(10)).toMatchObject({ ours: true, canary: { url: null }, baseline: { url: null } });
  await succeed(canary, [traffic.weightStep({ plan, from: 10, to: 50 })]);
  const { canary: again } = await look(50);
  expect(await world.versionAt(again.url ?? '')).toBe('v1.1.0');
});

test('a share that follows the latest is somebody else’s, though it is as large as ours', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  const { target, traffic, plan, context } = await canaryAt(world, 10);
  const revision = plan.from?.revision ?? '';
  await setTraffic(world, [{ revision, percent: 90 }, { percent: 10 }]);
  expect(await traffic.observe({ plan, operationId: 'op_canary', percent: 10 })).toMatchObject({
    ours: false,
    found: expect.stringContaining('the latest'),
  });
  const end = await runStep(target, traffic.weightStep({ plan, from: 10, to: 50 }), context);
  expect(end).toMatchObject({ problem: 'conflict' });
});

test('a canary is not planned on traffic that is still on its way', async () => {
  const { world, first } = await worldOfTwo();
  world.cloud.holdOperations(true);
  const { signal } = new AbortController();
  const traffic = [{ type: REVISION, revision: first, percent: 100 } as const];
  await world.api.updateService({ name: world.serviceName, traffic }, ['traffic'], signal);
  await expect(plannedCanary(world)).rejects.toMatchObject({ problem: 'conflict' });
});

test('a canary is not planned where what serves has nothing to give', async () => {
  const { world, first, second } = await worldOfTwo();
  await setTraffic(world, [
    { revision: first, percent: 99, tag: 'canary' },
    { revision: second, percent: 1 },
  ]);
  await expect(plannedCanary(world)).rejects.toMatchObject({
    problem: 'invalid',
    message: expect.stringMatching(/serves only 1 %/),
  });
});

test('an etag that Cloud Run renewed by itself is read again, and no conflict', async () => {
  const world = await cloudRunWorld({ environment: 'production' });
  const canary = await canaryAt(world, 10);
  const error = { code: 'ABORTED', message: 'Conflict for resource' };
  world.cloud.levers.addFault({ method: 'UpdateService', resource: '', times: 2, delayMs: 0, error });
  await succeed(canary, [canary.traffic.weightStep({ plan: canary.plan, from: 10, to: 50 })]);
  expect(await world.shares()).toEqual({ 'v1.0.0': 50, 'v1.1.0': 50 });
});

test('data is migrated before the canary takes traffic, and an abort points the job back', async () => {
  const world = await cloudRunWorld({ environment: 'production', migrationJob: 'api-migrate' });
  const image = async () => {
    const job = await world.api.getJob('projects/demo/locations/local/jobs/api-migrate');
    return job.template?.template?.containers?.[0]?.image;
  };
  const found = await image();
  const canary = await canaryAt(world, 10);
  expect(canary.plan.steps.map((step) => step.id)).toEqual([
    'create-revision',
    'set-job-image',
    'migrate',
    'verify-new',
  ]);
  expect(canary.plan.warnings.join()).toContain('Both versions work on the changed data');
  expect(await image()).toBe(canary.plan.artifact?.reference);
  const steps = canary.traffic.abortSteps(canary.plan, [10]);
  expect(steps.map((step) => step.id)).toEqual(['abort-restore-canary', 'abort-set-job-image']);
  await succeed(canary, steps);
  expect(await image()).toBe(found);
});

test('a version that turns unhealthy once it is promoted is caught by the watch, and aborted', async () => {
  const world = await cloudRunWorld({ environment: 'production', watch: '2s' });
  const found = await trafficNow(world);
  const { target, traffic, plan, context } = await canaryAt(world, 1, { version: 'v1.4.0-flaky' });
  const { end, begun } = await runSteps(target, traffic.promoteSteps(plan, 1), context);
  expect(end).toMatchObject({ ok: false, problem: 'unhealthy' });
  expect(begun.map((step) => step.id)).toEqual(expect.arrayContaining(['weight-100', 'verify-serving']));
  const aborted = await runSteps(target, traffic.abortSteps(plan, [100]), context);
  expect(aborted.end).toMatchObject({ ok: true });
  expect(await trafficNow(world)).toEqual(found);
});
