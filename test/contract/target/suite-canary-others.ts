import { describe, expect, test } from 'vitest';
import type { TargetPlan } from '../../../src/domain/plan.ts';
import { contextOf, deployPlan, granted, refusalOf, runStep, runSteps, undo } from './drive.ts';
import { type Canary, canaryAt, plannedCanary, weightsOf } from './drive-canary.ts';
import type { SplitWorld } from './world.ts';

type Deed = 'deploys' | 'moves the weight by one' | 'takes the canary out' | 'gives it everything';

/** What somebody else does to a canary’s traffic, whether it then takes some, and at which weights that is a change. */
const DEEDS: readonly (readonly [Deed, 'takes' | 'does not take', readonly number[]])[] = [
  ['deploys', 'does not take', [0, 10, 50, 90]],
  ['moves the weight by one', 'takes', [0, 10, 50, 90]],
  ['takes the canary out', 'does not take', [10, 50, 90]],
  ['gives it everything', 'takes', [0, 10, 50, 90]],
];

export function describeOthers(world: () => SplitWorld): void {
  async function somebody(deed: Deed, canary: Canary, weight: number): Promise<void> {
    if (deed === 'deploys') return world().changeBehindOurBack();
    const { traffic, plan, context } = canary;
    const seen = await traffic.observe({ plan, operationId: context.operationId, percent: weight });
    const percents = {
      'moves the weight by one': weight + 1,
      'takes the canary out': 0,
      'gives it everything': 100,
    };
    const percent = percents[deed];
    const { revision } = seen.canary;
    await world().splitBehindOurBack({ [revision]: percent, [seen.baseline.revision]: 100 - percent });
  }

  describe.each(DEEDS)('somebody who %s, so that the canary %s traffic,', (deed, takes, weights) => {
    test.each(weights)('from a weight of %i, is noticed, told, and not overwritten', async (weight) => {
      const canary = await canaryAt(world(), weight);
      await somebody(deed, canary, weight);
      const theirs = await world().shares();
      await expectNoticed(canary, weight);
      if (deed !== 'gives it everything') await expectNotPromoted(canary, weight);
      const { target, traffic, plan, context } = canary;
      const { end } = await runSteps(target, traffic.abortSteps(plan, [weight]), context);
      expect(end, end.message).toMatchObject(takes === 'takes' ? { problem: 'conflict' } : { ok: true });
      expect(await world().shares()).toEqual(theirs);
      expect(await world().marks()).toEqual([]);
    });
  });

  async function expectNoticed({ target, traffic, plan, context }: Canary, weight: number): Promise<void> {
    const seen = await traffic.observe({ plan, operationId: context.operationId, percent: weight });
    expect(seen).toMatchObject({ ours: false, found: expect.stringContaining('%') });
    const next = traffic.weightStep({ plan, from: weight, to: 42 });
    const end = await runStep(target, next, context);
    expect(end).toMatchObject({ problem: 'conflict', retry: 'terminal' });
  }

  async function expectNotPromoted(canary: Canary, weight: number): Promise<void> {
    const { target, traffic, plan, context } = canary;
    const { end, begun } = await runSteps(target, traffic.promoteSteps(plan, weight), context);
    expect(end).toMatchObject({ problem: 'conflict', retry: 'terminal' });
    expect(begun).toHaveLength(1);
  }

  test('a canary is not begun on a split that changed after it was planned', async () => {
    const { target, traffic, plan, context } = await plannedCanary(world());
    await world().changeBehindOurBack();
    const theirs = await world().split();
    const { end } = await runSteps(target, plan.steps, context);
    expect(end).toMatchObject({ problem: 'conflict' });
    await runSteps(target, traffic.abortSteps(plan, [0]), context);
    expect(await world().split()).toEqual(theirs);
  });
}

/** What else can be done on a target that has room for several canaries. */
export function describeBeside(world: () => SplitWorld): void {
  describe('while somebody’s canary runs', () => {
    /** Runs a plan and takes it back: the canary then has what it had. */
    async function expectTransient(canary: Canary, plan: TargetPlan, serves: string): Promise<void> {
      const before = await world().split();
      const context = contextOf('op_other');
      const { end, begun } = await runSteps(canary.target, plan.steps, context);
      expect(end).toMatchObject({ ok: true });
      expect(await world().shares()).toEqual({ [serves]: 100 });
      await undo(canary.target, begun, context);
      expect(await world().split()).toEqual(before);
    }

    test('a deploy comes from what really serves, moves all, and gives back the split when it is undone', async () => {
      const canary = await canaryAt(world(), 90);
      const plan = await deployPlan(canary.target, world().versions.good);
      expect(plan.from).toEqual(canary.plan.from);
      await expectTransient(canary, plan, world().versions.good);
    });

    test('a rollback to what serves takes the canary out, and gives back the split when it is undone', async () => {
      const canary = await canaryAt(world(), 90);
      const live = await canary.target.inspect();
      const to = world().versions.running;
      const outcome = await canary.target.rollback?.plan({ live, to, good: [] });
      if (outcome === undefined) return;
      const plan = granted(outcome);
      expect(plan.from).toEqual(canary.plan.from);
      await expectTransient(canary, plan, to);
    });

    test('a second canary of the same is another revision, takes from what serves alone, and leaves the first its share', async () => {
      const { running, good } = world().versions;
      const first = await canaryAt(world(), 10);
      const second = await plannedCanary(world(), { operationId: 'op_second' });
      expect(second.plan.from).toEqual(first.plan.from);
      expect(Math.max(...second.traffic.reachable(second.plan))).toBe(89);
      const at = weightsOf(second)[1] ?? 0;
      await canaryAt(world(), at, { operationId: 'op_second' });
      expect(await world().shares()).toEqual({ [running]: 90 - at, [good]: 10 + at });
      const beyond = second.traffic.weightStep({ plan: second.plan, from: at, to: 90 });
      expect(await runStep(second.target, beyond, second.context)).toMatchObject({ problem: 'invalid' });
      await runSteps(second.target, second.traffic.abortSteps(second.plan, [at]), second.context);
      expect(await world().shares()).toEqual({ [running]: 90, [good]: 10 });
    });

    test('a rollback to nowhere in particular is refused where nothing came before what serves', async () => {
      const { target } = await canaryAt(world(), 10);
      const outcome = await target.rollback?.plan({ live: await target.inspect(), to: null, good: [] });
      if (outcome !== undefined) expect(refusalOf(outcome).code).toBe('no-such-revision');
    });
  });
}
