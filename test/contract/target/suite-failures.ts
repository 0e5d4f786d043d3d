import { expect, test } from 'vitest';
import { TargetError } from '../../../integrations/target.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { contextOf, deployPlan, runSteps, undo } from './drive.ts';
import type { TargetWorld } from './world.ts';

export function describeFailures(world: () => TargetWorld): void {
  test('a version that never becomes ready fails for the target’s own reason, and its undo leaves all as found', async () => {
    const target = world().connect();
    const found = await world().split();
    const { version, reason } = world().versions.broken;
    const plan = await deployPlan(target, version);
    const { end, begun } = await runSteps(target, plan.steps, contextOf('op_broken'));
    expect(end).toMatchObject({ ok: false, problem: 'unhealthy', message: expect.stringMatching(reason) });
    for (const undone of await undo(target, begun, contextOf('op_broken'))) {
      expect(undone).toMatchObject({ ok: true });
    }
    expect(await world().split()).toEqual(found);
  });

  test('after every step, undo leaves what serves as it was found', async () => {
    const target = world().connect();
    const { steps } = await deployPlan(target, world().versions.good);
    const before = await world().servingDigest();
    for (let count = 1; count <= steps.length; count += 1) {
      const plan = await deployPlan(target, world().versions.good);
      const context = contextOf(`op_undone_${count}`);
      const { end, begun } = await runSteps(target, plan.steps.slice(0, count), context);
      expect(end).toMatchObject({ ok: true });
      for (const undone of await undo(target, begun, context)) expect(undone).toMatchObject({ ok: true });
      expect(await world().servingDigest(), `after ${count} steps`).toBe(before);
    }
  });

  test('undoing twice is undoing once', async () => {
    const target = world().connect();
    const plan = await deployPlan(target, world().versions.good);
    const { begun } = await runSteps(target, plan.steps, contextOf('op_undone'));
    for (const once of await undo(target, begun, contextOf('op_undone'))) {
      expect(once).toMatchObject({ ok: true });
    }
    const changes = world().changes();
    for (const again of await undo(world().connect(), begun, contextOf('op_undone'))) {
      expect(again).toMatchObject({ ok: true });
    }
    expect(world().changes()).toBe(changes);
  });

  test('a missing permission is terminal, is named, and nothing was changed', async () => {
    const target = world().connect();
    const plan = await deployPlan(target, world().versions.good);
    world().denyChanges();
    const { end } = await runSteps(target, plan.steps, contextOf('op_denied'));
    expect(end).toMatchObject({ ok: false, problem: 'permission', retry: 'terminal' });
    expect(world().changes()).toBe(0);
    const findings = await target.examine();
    expect(findings.some((finding) => !finding.ok && finding.remedy !== null)).toBe(true);
  });

  test('a change behind our back, before any step, is a conflict and is not overwritten', async () => {
    const target = world().connect();
    const plan = await deployPlan(target, world().versions.good);
    await world().changeBehindOurBack();
    const theirs = await world().split();
    const { end, begun } = await runSteps(target, plan.steps, contextOf('op_conflict'));
    expect(end).toMatchObject({ ok: false, problem: 'conflict', retry: 'terminal' });
    await undo(target, begun, contextOf('op_conflict'));
    expect(await world().split()).toEqual(theirs);
    expect((await target.inspect()).fingerprint).not.toBe(plan.live);
  });

  test('a change behind our back, between any two steps, is never overwritten', async () => {
    const target = world().connect();
    const plan = await deployPlan(target, world().versions.good);
    const early = plan.steps.findIndex((step) => step.id === plan.steps.findLast((one) => one.undo)?.id);
    const context = contextOf('op_conflict');
    const { begun } = await runSteps(target, plan.steps.slice(0, early), context);
    await world().changeBehindOurBack();
    const theirs = await world().servingDigest();
    const rest = await runSteps(target, plan.steps.slice(early), context);
    expect(rest.end).toMatchObject({ ok: false, problem: 'conflict' });
    await undo(target, [...begun, ...rest.begun], context);
    expect(await world().servingDigest()).toBe(theirs);
  });

  test('a step that this version does not know is refused by name', async () => {
    const step: PlannedStep = {
      id: 'x',
      title: 'x',
      action: 'teleport',
      input: {},
      effect: 'reads',
      timeLimit: 1,
    };
    const started = world().connect().start(step, contextOf('op_x'));
    await expect(started).rejects.toThrow(TargetError);
    await expect(started).rejects.toThrow(/teleport/);
  });
}
