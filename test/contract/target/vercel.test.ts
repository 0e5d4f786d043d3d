import { expect, onTestFinished, test } from 'vitest';
import { contextOf, deployPlan, granted, refusalOf, runSteps } from './drive.ts';
import { describeTarget } from './suite.ts';
import { makeVercelWorld, type VercelWorld } from './vercel-world.ts';

// A deployment has an ID that never changes, and no content digest that could be asked for.
describeTarget('Vercel, by promotion', () => makeVercelWorld('promote'), { naming: 'names' });
describeTarget('Vercel, by alias', () => makeVercelWorld('alias'), { naming: 'names' });

async function world(assign: 'promote' | 'alias'): Promise<VercelWorld> {
  const made = await makeVercelWorld(assign);
  onTestFinished(() => made.stop());
  return made;
}

test('a deploy promotes, and a rollback is Vercel’s own', async () => {
  const { connect, vercel, built } = await world('promote');
  const target = connect();
  await runSteps(target, (await deployPlan(target, 'v1.1.0')).steps, contextOf('op_1'));
  const live = await target.inspect();
  const back = granted((await target.rollback?.plan({ live, to: null, good: [] })) ?? never());
  await runSteps(target, back.steps, contextOf('op_2'));
  expect(vercel.changes).toEqual([`promote ${built.get('v1.1.0')}`, `rollback ${built.get('v1.0.0')}`]);
});

test('a deployment can be named by its own ID', async () => {
  const { connect, built } = await world('promote');
  const id = built.get('v1.1.0') ?? '';
  expect(granted(await connect().resolve(id)).reference).toContain(id);
  expect(refusalOf(await connect().resolve('dpl_nothing')).code).toBe('unknown-version');
});

test('what was not built for production is not promoted, and nearest versions are offered', async () => {
  const { connect, vercel } = await world('promote');
  const commit = 'e'.repeat(40);
  const preview = await vercel.build(commit, { target: 'preview' });
  expect(refusalOf(await connect().resolve(preview))).toMatchObject({
    code: 'unknown-version',
    nearest: expect.arrayContaining(['v1.2.0']),
  });
});

test.each([
  [429, 'quota', 'retryable'],
  [403, 'permission', 'terminal'],
  [500, 'unavailable', 'retryable'],
])('an answer of %i is told as %s, %s', async (status, problem, retry) => {
  const { connect, vercel } = await world('promote');
  vercel.front.faults.push({ method: 'GET', pattern: /^\/v7/, times: 1, answer: { status, body: {} } });
  await expect(connect().inspect()).rejects.toMatchObject({ problem, retry });
});

function never(): never {
  throw new Error('the target cannot roll back');
}
