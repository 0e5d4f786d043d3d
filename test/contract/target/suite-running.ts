import { expect, test } from 'vitest';
import { contextOf, deployPlan, runSteps } from './drive.ts';
import type { TargetWorld } from './world.ts';

export function describeRunning(world: () => TargetWorld): void {
  test('a deploy ends with the approved digest serving, and the fingerprint changed', async () => {
    const target = world().connect();
    const before = await target.inspect();
    const plan = await deployPlan(target, world().versions.good);
    const { end } = await runSteps(target, plan.steps, contextOf('op_deploy'));
    expect(end).toMatchObject({ ok: true });
    expect(await world().servingDigest()).toBe(plan.to.digest);
    const after = await target.inspect();
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(after.traffic.filter((share) => share.tag !== undefined)).toEqual([]);
  });

  test('a deploy that is run again from its first step changes nothing more', async () => {
    const target = world().connect();
    const plan = await deployPlan(target, world().versions.good);
    await runSteps(target, plan.steps, contextOf('op_deploy'));
    const changes = world().changes();
    const shift = plan.steps.filter((step) => step.effect === 'reversible').slice(1);
    const { end } = await runSteps(target, shift, contextOf('op_deploy'));
    expect(end).toMatchObject({ ok: true });
    expect(world().changes()).toBe(changes);
  });
}
