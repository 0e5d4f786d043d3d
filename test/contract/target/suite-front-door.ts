import { expect, test } from 'vitest';
import { runStep } from './drive.ts';
import { canaryAt, climb, succeed } from './drive-canary.ts';
import type { SplitWorld } from './world.ts';

const VISITORS = 10;
const REQUESTS = 2_000;
/** Percent points by which a share of {@link REQUESTS} may differ from its weight. */
const TOLERANCE = 3;

/** What visitors meet at the target's own address while a canary goes through its weights. */
export function describeFrontDoor(world: () => SplitWorld): void {
  test('over 2,000 requests at each weight, the canary answers its share', async () => {
    const { good } = world().versions;
    const { target, traffic, plan, context } = await canaryAt(world(), 0);
    for (const { from, to } of climb([10, 50, 90])) {
      expect(await runStep(target, traffic.weightStep({ plan, from, to }), context)).toMatchObject({
        ok: true,
      });
      const answers = await visit(world(), (count) => count < REQUESTS);
      expect([...answers.values()].reduce((sum, count) => sum + count, 0)).toBe(REQUESTS);
      const percent = (100 * (answers.get(good) ?? 0)) / REQUESTS;
      expect(Math.abs(percent - to), `${percent} % at a weight of ${to}`).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  test.each([
    'promoted',
    'aborted',
  ])('no request fails while weights change until it is %s', async (ending) => {
    const canary = await canaryAt(world(), 0);
    const { traffic, plan } = canary;
    let changing = true;
    const visits = visit(world(), () => changing);
    try {
      await succeed(
        canary,
        climb([10, 50, 90, 20]).map(({ from, to }) => traffic.weightStep({ plan, from, to })),
      );
      await succeed(
        canary,
        ending === 'promoted' ? traffic.promoteSteps(plan, 20) : traffic.abortSteps(plan, [20]),
      );
    } finally {
      changing = false;
    }
    const answers = await visits;
    expect(answers.get(null) ?? 0).toBe(0);
    const { running, good } = world().versions;
    for (const version of [running, good]) expect(answers.get(version) ?? 0).toBeGreaterThan(0);
  });
}

/** How many requests each version answered, by visitors who go on while they may; null for those that failed. */
async function visit(
  world: SplitWorld,
  more: (sent: number) => boolean,
): Promise<ReadonlyMap<string | null, number>> {
  const url = await world.url();
  const answers = new Map<string | null, number>();
  let sent = 0;
  const visitor = async () => {
    while (more(sent)) {
      sent += 1;
      const version = await world.versionAt(url);
      answers.set(version, (answers.get(version) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: VISITORS }, visitor));
  return answers;
}
