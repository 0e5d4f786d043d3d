import { expect, test } from 'vitest';
import type { DeployTarget } from '../../../integrations/target.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { contextOf, deployPlan, runStep, runSteps } from './drive.ts';
import type { TargetWorld } from './world.ts';

export function describeInterruptions(world: () => TargetWorld): void {
  async function undisturbedChanges(makeTarget: () => DeployTarget): Promise<number> {
    const target = makeTarget();
    const plan = await deployPlan(target, world().versions.good);
    await runSteps(target, plan.steps, contextOf('op_deploy'));
    return world().changes();
  }

  /** Runs a deploy whose steps are started as told; expects one effect each, and the right end. */
  async function expectOnce(
    start: (step: PlannedStep) => ReturnType<DeployTarget['start']>,
    effects: (step: PlannedStep) => number = () => 1,
  ): Promise<void> {
    const target = world().connect();
    const plan = await deployPlan(target, world().versions.good);
    for (const step of plan.steps) {
      const before = world().changes();
      const end = await runStep(target, step, contextOf('op_deploy'), start);
      expect(end, step.id).toMatchObject({ ok: true });
      expect(world().changes() - before, step.id).toBeLessThanOrEqual(effects(step));
    }
    expect(await world().servingDigest()).toBe(plan.to.digest);
  }

  test('starting every step twice has one effect', async () => {
    const target = world().connect();
    await expectOnce(async (step) => {
      await target.start(step, contextOf('op_deploy'));
      return target.start(step, contextOf('op_deploy'));
    });
  });

  test('a process that dies after starting leaves a step that another one finds', async () => {
    await expectOnce(async (step) => {
      await world().connect().start(step, contextOf('op_deploy'));
      return world().connect().start(step, contextOf('op_deploy'));
    });
  });

  test('a handle that one process stored is good in another', async () => {
    const other = world().connect();
    await expectOnce(async (step) => {
      const begun = await world().connect().start(step, contextOf('op_deploy'));
      if (begun.phase !== 'running') return begun;
      const stored = JSON.parse(JSON.stringify(begun.handle));
      return other.resume(step, stored, contextOf('op_deploy'));
    });
  });

  test('a change whose reply was lost is found again and not made twice', async () => {
    const target = world().connect();
    await expectOnce(async (step) => {
      if (step.effect === 'reads') return target.start(step, contextOf('op_deploy'));
      world().loseNextReply();
      await expect(target.start(step, contextOf('op_deploy'))).rejects.toMatchObject({
        retry: 'retryable',
      });
      return target.start(step, contextOf('op_deploy'));
    });
  });

  test('two operations make revisions of their own', async () => {
    const once = await undisturbedChanges(() => world().connect());
    const target = world().connect();
    const plan = await deployPlan(target, world().versions.running);
    const { end } = await runSteps(target, plan.steps, contextOf('op_other'));
    expect(end).toMatchObject({ ok: true });
    expect(world().changes()).toBe(2 * once);
    expect(await world().servingDigest()).toBe(plan.to.digest);
  });

  test('a process that must stop touches nothing more', async () => {
    const target = world().connect();
    const plan = await deployPlan(target, world().versions.good);
    const controller = new AbortController();
    const context = contextOf('op_deploy', controller.signal);
    const [first] = plan.steps;
    if (first === undefined) throw new Error('the plan has no steps');
    const begun = await target.start(first, context);
    const changes = world().changes();
    controller.abort(new Error('lost its lease'));
    if (begun.phase === 'running') {
      await expect(target.resume(first, begun.handle, context)).rejects.toThrow('lost its lease');
    }
    for (const step of plan.steps) {
      await expect(target.start(step, context), step.id).rejects.toThrow('lost its lease');
    }
    expect(world().changes()).toBe(changes);
  });
}
