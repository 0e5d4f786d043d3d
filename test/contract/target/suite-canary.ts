import { expect, test } from 'vitest';
import { capabilitiesOf } from '../../../integrations/target.ts';
import { refusalOf, resolved, runStep, runSteps, undo } from './drive.ts';
import { canaryAt, climb, plannedCanary, succeed, trafficOf, weightsOf } from './drive-canary.ts';
import type { SplitWorld } from './world.ts';

export function describeCanary(world: () => SplitWorld): void {
  test('names the canary among what it can do', () => {
    expect(capabilitiesOf(world().connect())).toContain('canary');
  });

  test('plans the same canary twice, against what serves, and changes nothing by planning', async () => {
    const { target, plan } = await plannedCanary(world());
    expect((await plannedCanary(world())).plan).toEqual(plan);
    expect(plan.from?.version).toBe(world().versions.running);
    expect(plan.to.digest).toBe((await resolved(target, world().versions.good)).digest);
    expect(world().changes()).toBe(0);
  });

  test('refuses a canary of what serves already', async () => {
    const target = world().connect();
    const artifact = await resolved(target, world().versions.running);
    const outcome = await trafficOf(target).planCanary({ live: await target.inspect(), artifact });
    expect(refusalOf(outcome).code).toBe('already-serving');
  });

  test('a canary that is ready takes nothing, and answers at an address of its own, as the baseline does', async () => {
    const { versions } = world();
    const { traffic, plan } = await canaryAt(world(), 0);
    expect(await world().shares()).toEqual({ [versions.running]: 100 });
    const seen = await traffic.observe({ plan, operationId: 'op_canary', percent: 0 });
    expect(seen).toMatchObject({ ours: true, baseline: { revision: plan.from?.revision } });
    const { addresses = true } = world();
    for (const { url, version } of [
      { url: seen.canary.url, version: versions.good },
      { url: seen.baseline.url, version: versions.running },
    ]) {
      if (addresses) expect(await world().versionAt(url ?? '')).toBe(version);
      else expect(url).toBeNull();
    }
  });

  test('a canary that never becomes ready fails for the target’s own reason, and its undo leaves all as found', async () => {
    const before = await world().split();
    const { version, reason } = world().versions.broken;
    const { target, plan, context } = await plannedCanary(world(), { version });
    const { end, begun } = await runSteps(target, plan.steps, context);
    expect(end).toMatchObject({ ok: false, problem: 'unhealthy', message: expect.stringMatching(reason) });
    for (const undone of await undo(target, begun, context)) expect(undone).toMatchObject({ ok: true });
    expect(await world().split()).toEqual(before);
  });

  test('has every weight exactly, on the way up and on the way down', async () => {
    const { running, good } = world().versions;
    const canary = await canaryAt(world(), 0);
    const { target, traffic, plan, context } = canary;
    const up = weightsOf(canary);
    for (const { from, to } of climb([...up, ...up.toReversed().slice(1)])) {
      const end = await runStep(target, traffic.weightStep({ plan, from, to }), context);
      expect(end).toMatchObject({ ok: true });
      expect(await world().shares()).toEqual({ [running]: 100 - to, [good]: to });
      const seen = await traffic.observe({ plan, operationId: 'op_canary', percent: to });
      expect(seen.ours, seen.found).toBe(true);
    }
  });

  test('is promoted to all traffic, proven, and without a mark left', async () => {
    const canary = await canaryAt(world(), 50);
    await succeed(canary, canary.traffic.promoteSteps(canary.plan, 50));
    expect(await world().shares()).toEqual({ [world().versions.good]: 100 });
    expect(await world().servingDigest()).toBe(canary.plan.to.digest);
    expect(await world().marks()).toEqual([]);
  });

  test('is aborted from every weight to the split that was found, and without a mark left', async () => {
    const found = await world().shares();
    for (const weight of [0, ...weightsOf(await plannedCanary(world())), 100]) {
      const canary = await canaryAt(world(), weight, { operationId: `op_${weight}` });
      await succeed(canary, canary.traffic.abortSteps(canary.plan, [weight]));
      expect(await world().shares(), `aborted at ${weight} %`).toEqual(found);
      expect(await world().marks()).toEqual([]);
    }
  });

  test('is aborted from wherever its preparation stopped', async () => {
    const found = await world().shares();
    const { plan } = await plannedCanary(world());
    for (let count = 0; count <= plan.steps.length; count += 1) {
      const canary = await plannedCanary(world(), { operationId: `op_${count}` });
      await succeed(canary, canary.plan.steps.slice(0, count));
      await succeed(canary, canary.traffic.abortSteps(canary.plan, [0]));
      expect(await world().shares(), `after ${count} steps`).toEqual(found);
      expect(await world().marks()).toEqual([]);
    }
  });

  test('a missing permission is terminal, is named, and leaves the split', async () => {
    const { target, traffic, plan, context } = await canaryAt(world(), 10);
    const before = await world().split();
    world().denyChanges();
    const end = await runStep(target, traffic.weightStep({ plan, from: 10, to: 50 }), context);
    expect(end).toMatchObject({ ok: false, problem: 'permission', retry: 'terminal' });
    expect(await world().split()).toEqual(before);
  });
}
