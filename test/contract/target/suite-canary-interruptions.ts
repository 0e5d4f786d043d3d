import { describe, expect, test } from 'vitest';
import type { DeployTarget } from '../../../integrations/target.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { contextOf, runStep } from './drive.ts';
import { canaryAt, endingSteps, plannedCanary, succeed, weightsOf, wholeLife } from './drive-canary.ts';
import type { SplitWorld } from './world.ts';

type Start = (step: PlannedStep) => ReturnType<DeployTarget['start']>;

const CONTEXT = contextOf('op_canary');

export function describeCanaryInterruptions(world: () => SplitWorld): void {
  describe.each(['promoted', 'aborted'] as const)('a canary until it is %s', (ending) => {
    /** Lives it with steps that are started as told; expects one effect of each at most, and the right end. */
    async function expectOnce(start: Start): Promise<void> {
      const canary = await plannedCanary(world());
      for (const step of wholeLife(canary, ending)) {
        const before = world().changes();
        expect(await runStep(canary.target, step, CONTEXT, start), step.id).toMatchObject({ ok: true });
        expect(world().changes() - before, step.id).toBeLessThanOrEqual(1);
      }
      const { from, to } = canary.plan;
      expect(await world().servingDigest()).toBe(ending === 'promoted' ? to.digest : from?.digest);
      expect(await world().marks()).toEqual([]);
    }

    test('has one effect of every step that is started twice', async () => {
      const target = world().connect();
      await expectOnce(async (step) => {
        await target.start(step, CONTEXT);
        return target.start(step, CONTEXT);
      });
    });

    test('is found by another process after every step whose process died', async () => {
      await expectOnce(async (step) => {
        await world().connect().start(step, CONTEXT);
        return world().connect().start(step, CONTEXT);
      });
    });

    test('goes on in another process from the handles that one stored', async () => {
      const other = world().connect();
      await expectOnce(async (step) => {
        const begun = await world().connect().start(step, CONTEXT);
        if (begun.phase !== 'running') return begun;
        return other.resume(step, JSON.parse(JSON.stringify(begun.handle)), CONTEXT);
      });
    });

    test('is found again after every reply that was lost, and nothing is made twice', async () => {
      const target = world().connect();
      await expectOnce(async (step) => {
        if (step.effect === 'reads') return target.start(step, CONTEXT);
        world().loseNextReply();
        await expect(target.start(step, CONTEXT)).rejects.toMatchObject({ retry: 'retryable' });
        return target.start(step, CONTEXT);
      });
    });

    test('changes nothing more when its end is run again, by another process', async () => {
      const canary = await plannedCanary(world());
      await succeed(canary, wholeLife(canary, ending));
      const changes = world().changes();
      await succeed({ ...canary, target: world().connect() }, endingSteps(canary, ending));
      expect(world().changes()).toBe(changes);
    });

    test('touches nothing in a process that must stop', async () => {
      const canary = await canaryAt(world(), 10);
      const changes = world().changes();
      const context = contextOf('op_canary', AbortSignal.abort(new Error('lost its lease')));
      for (const step of wholeLife(canary, ending)) {
        await expect(canary.target.start(step, context), step.id).rejects.toThrow('lost its lease');
      }
      expect(world().changes()).toBe(changes);
    });
  });

  test('a weight whose reply was lost can be aborted, whether it was set or not', async () => {
    const found = await world().shares();
    const canary = await canaryAt(world(), 10);
    const { target, traffic, plan } = canary;
    const next = weightsOf(canary).at(-1) ?? 10;
    world().loseNextReply();
    const lost = target.start(traffic.weightStep({ plan, from: 10, to: next }), CONTEXT);
    await expect(lost).rejects.toMatchObject({ retry: 'retryable' });
    await succeed(canary, traffic.abortSteps(plan, [10, next]));
    expect(await world().shares()).toEqual(found);
  });
}
