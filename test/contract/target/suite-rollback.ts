import { expect, test } from 'vitest';
import type { DeployTarget } from '../../../integrations/target.ts';
import { contextOf, deployPlan, granted, refusalOf, resolved, runSteps, undo } from './drive.ts';
import type { TargetWorld } from './world.ts';

export function describeRollback(world: () => TargetWorld): void {
  function rollbackOf(target: DeployTarget): NonNullable<DeployTarget['rollback']> {
    if (target.rollback !== undefined) return target.rollback;
    throw new Error('the target cannot roll back');
  }

  async function deployed(target: DeployTarget, version: string): Promise<void> {
    const plan = await deployPlan(target, version);
    const { end } = await runSteps(target, plan.steps, contextOf(`op_${version}`));
    expect(end).toMatchObject({ ok: true });
  }

  test.each(['the last good one', 'a named version'])('goes back to %s, and proves it', async (way) => {
    const target = world().connect();
    const { running, good } = world().versions;
    const before = await resolved(target, running);
    await deployed(target, good);
    const live = await target.inspect();
    const to = way === 'a named version' ? running : null;
    const plan = granted(await rollbackOf(target).plan({ live, to, good: [before.digest] }));
    expect(plan.to.digest).toBe(before.digest);
    expect(plan.artifact).toBeNull();
    const { end } = await runSteps(target, plan.steps, contextOf('op_rollback'));
    expect(end).toMatchObject({ ok: true });
    expect(await world().servingDigest()).toBe(before.digest);
  });

  test('a rollback that is taken back serves what it found', async () => {
    const target = world().connect();
    await deployed(target, world().versions.good);
    const found = await world().split();
    const live = await target.inspect();
    const plan = granted(await rollbackOf(target).plan({ live, to: world().versions.running, good: [] }));
    const { begun } = await runSteps(target, plan.steps, contextOf('op_rollback'));
    for (const undone of await undo(target, begun, contextOf('op_rollback'))) {
      expect(undone).toMatchObject({ ok: true });
    }
    expect(await world().split()).toEqual(found);
  });

  test('never goes back unasked to a version that failed', async () => {
    const target = world().connect();
    const before = await resolved(target, world().versions.running);
    const broken = await deployPlan(target, world().versions.broken.version);
    const { begun } = await runSteps(target, broken.steps, contextOf('op_broken'));
    await undo(target, begun, contextOf('op_broken'));
    await deployed(target, world().versions.good);
    const live = await target.inspect();
    const plan = granted(await rollbackOf(target).plan({ live, to: null, good: [] }));
    expect(plan.to.digest).toBe(before.digest);
  });

  test('refuses to go back to what is not there, and says what is', async () => {
    const target = world().connect();
    const live = await target.inspect();
    const nowhere = await rollbackOf(target).plan({ live, to: null, good: [] });
    expect(refusalOf(nowhere)).toMatchObject({ code: 'no-such-revision', wanted: null });
    await deployed(target, world().versions.good);
    const unknown = await rollbackOf(target).plan({
      live: await target.inspect(),
      to: world().versions.unknown.version,
      good: [],
    });
    const refusal = refusalOf(unknown);
    expect(refusal).toMatchObject({ code: 'no-such-revision', wanted: world().versions.unknown.version });
    expect('available' in refusal && refusal.available.join()).toContain(world().versions.running);
  });

  test('refuses to go back to what serves already', async () => {
    const target = world().connect();
    const outcome = await rollbackOf(target).plan({
      live: await target.inspect(),
      to: world().versions.running,
      good: [],
    });
    expect(refusalOf(outcome).code).toBe('already-serving');
  });
}
