import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { DeployTarget, StepProgress } from '../../../integrations/target.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { OWNER, REPO } from '../../support/github/github-server.ts';
import { contextOf, deployPlan, runStep, runSteps, stepOf, undo } from './drive.ts';
import { type ActionsWorld, makeActionsWorld } from './github-actions-world.ts';
import { describeTarget } from './suite.ts';

// A commit has no content digest that a registry could be asked for: such versions are known by name.
describeTarget('GitHub Actions', () => makeActionsWorld(), { naming: 'names' });

async function world(more: object = {}): Promise<ActionsWorld> {
  const made = await makeActionsWorld(more);
  onTestFinished(() => made.stop());
  return made;
}

test('the message goes from job to job, and the thread has where the log is', async () => {
  const { connect } = await world();
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  const log: string[] = [];
  const context = { ...contextOf('op_1'), log: (line: string) => void log.push(line) };
  const messages = new Set<string>();
  const step = stepOf(steps, 'run-workflow');
  let progress = await target.start(step, context);
  while (progress.phase === 'running') {
    messages.add(progress.message);
    progress = await target.resume(step, progress.handle, context);
  }
  expect([...messages]).toEqual([
    'waiting for its run to appear',
    'test 1 of 2 steps, deploy waits',
    'test ✓, deploy 1 of 2 steps',
  ]);
  expect(log).toEqual([expect.stringMatching(/^Its run: http.*\/runs\/\d+$/)]);
});

test('a run that was asked for and never appears is not asked for again', async () => {
  const { connect, actions, github, changes } = await world();
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  const step = stepOf(steps, 'run-workflow');
  github.front.faults.push({ method: 'POST', pattern: /dispatches$/, times: 1, answer: 'drop' });
  await expect(target.start(step, contextOf('op_1'))).rejects.toMatchObject({ retry: 'retryable' });
  const again = await target.start(step, contextOf('op_1'));
  expect(again).toMatchObject({ phase: 'running', message: 'waiting for its run to appear' });
  expect(changes()).toBe(0);
  const handle = { waitsFor: 'own', run: null, since: Date.now() - 10 * 60_000, told: false };
  expect(await target.resume(step, handle, contextOf('op_1'))).toMatchObject({
    phase: 'failed',
    message: expect.stringContaining('not asked twice'),
  });
  expect(actions.serving.get('production')).toBe('v1.0.0');
});

test('a run that was refused may be asked for again', async () => {
  const { connect, actions, changes } = await world();
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  actions.denied = true;
  expect(await runStep(target, stepOf(steps, 'run-workflow'), contextOf('op_1'))).toMatchObject({
    problem: 'permission',
  });
  actions.denied = false;
  expect(await runStep(target, stepOf(steps, 'run-workflow'), contextOf('op_1'))).toMatchObject({ ok: true });
  expect(changes()).toBe(1);
});

test('taking back a run that is under way cancels it first', async () => {
  const { connect, actions } = await world();
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  actions.held = true;
  const step = stepOf(steps, 'run-workflow');
  await target.start(step, contextOf('op_1'));
  await delay(80);
  const taking = undo(target, [step], contextOf('op_1'));
  await expect.poll(() => actions.runs.map(({ conclusion }) => conclusion)).toContain('cancelled');
  actions.held = false;
  expect(await taking).toMatchObject([{ ok: true }]);
  expect(actions.serving.get('production')).toBe('v1.0.0');
});

/** A run under way, its deploy job held. */
async function held(more: object = {}) {
  const { connect, actions, github, changes } = await world(more);
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  actions.held = true;
  const step = stepOf(steps, 'run-workflow');
  const begun = await target.start(step, contextOf('op_1'));
  if (begun.phase !== 'running') throw new Error('it ended at once');
  await delay(80);
  return { connect, actions, github, changes, step, handle: begun.handle };
}

/** Stops it over any number of looks, each by a process of its own. */
async function stopped(
  connect: () => DeployTarget,
  step: PlannedStep,
  handle: Json,
): Promise<{ readonly end: StepProgress | null; readonly messages: readonly string[] }> {
  const messages: string[] = [];
  for (;;) {
    const end = (await connect().stop?.stop(step, handle, contextOf('op_1'))) ?? null;
    if (end?.phase !== 'running') return { end, messages };
    messages.push(end.message);
  }
}

test('a run is stopped by cancelling it once, whoever asks how far that is, and is followed to its end', async () => {
  const { connect, actions, changes, step, handle } = await held();
  const { end, messages } = await stopped(connect, step, handle);
  expect(end).toBeNull();
  expect(messages.length).toBeGreaterThan(0);
  expect(messages[0]).toMatch(/^being cancelled: test/);
  expect(actions.runs.at(-1)).toMatchObject({ status: 'completed', conclusion: 'cancelled', cancels: 1 });
  expect(changes()).toBe(1);
  const target = connect();
  actions.held = false;
  expect(await undo(target, [step], contextOf('op_1'))).toMatchObject([{ ok: true }]);
  expect(actions.runs.map(({ cancels }) => cancels)).toEqual([0, 1, 0]);
  expect(actions.serving.get('production')).toBe('v1.0.0');
});

test('a cancellation whose reply was lost is asked for again, and not after it was heard', async () => {
  const { connect, actions, github, step, handle } = await held();
  const lost = { method: 'POST', pattern: /cancel$/, times: 1, answer: 'drop', after: true } as const;
  github.front.faults.push(lost);
  await expect(connect().stop?.stop(step, handle, contextOf('op_1'))).rejects.toMatchObject({
    retry: 'retryable',
  });
  expect((await stopped(connect, step, handle)).end).toBeNull();
  expect(actions.runs.at(-1)?.cancels).toBe(2);
});

test.each([
  ['v1.1.0', 'succeeded', /its run succeeded/],
  ['v1.3.0-broken', 'failed', /its run ended with failure: test ✓, deploy ✗/],
])('a run of %s that ended before it could be stopped ends as it ended', async (version, phase, message) => {
  const { connect, actions } = await world();
  const target = connect();
  const step = stepOf((await deployPlan(target, version)).steps, 'run-workflow');
  const begun = await target.start(step, contextOf('op_1'));
  await runStep(target, step, contextOf('op_1'));
  if (begun.phase !== 'running') throw new Error('it ended at once');
  const end = await target.stop?.stop(step, begun.handle, contextOf('op_1'));
  expect(end).toMatchObject({ phase, message: expect.stringMatching(message) });
  expect(actions.runs.at(-1)?.cancels).toBe(0);
});

test('a run that is to be stopped before GitHub shows it is waited for, and then cancelled', async () => {
  const { connect, actions } = await world();
  const target = connect();
  actions.held = true;
  const step = stepOf((await deployPlan(target, 'v1.1.0')).steps, 'run-workflow');
  const begun = await target.start(step, contextOf('op_1'));
  if (begun.phase !== 'running') throw new Error('it ended at once');
  const { end, messages } = await stopped(connect, step, begun.handle);
  expect(messages[0]).toBe('waiting for its run to appear');
  expect(end).toBeNull();
  expect(actions.runs.at(-1)?.cancels).toBe(1);
});

test('only the step that runs the workflow can be stopped, and not what takes it back', async () => {
  const { connect } = await world();
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  const all = steps.flatMap((step) => (step.undo === undefined ? [step] : [step, step.undo]));
  expect(all.filter((step) => target.stop?.stops(step)).map(({ id }) => id)).toEqual(['run-workflow']);
});

test('a run of a tag that was moved after it was approved is cancelled before it deploys, and taken back', async () => {
  const { connect, actions } = await world({ ref: '{version}' });
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  actions.refs.set('v1.1.0', 'f'.repeat(40));
  const { end, begun } = await runSteps(target, steps, contextOf('op_1'));
  expect(end).toMatchObject({ problem: 'conflict', message: expect.stringContaining('was moved') });
  expect(actions.serving.get('production')).toBe('v1.0.0');
  expect(await undo(target, begun, contextOf('op_1'))).toMatchObject([{ ok: true }]);
  expect(actions.runs[1]).toMatchObject({ conclusion: 'cancelled', cancels: 1 });
});

test('taking back never ships what a moved tag names by now', async () => {
  const { connect, actions } = await world({ ref: '{version}' });
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  const { begun } = await runSteps(target, steps, contextOf('op_1'));
  actions.refs.set('v1.0.0', 'f'.repeat(40));
  expect(await undo(target, begun, contextOf('op_1'))).toMatchObject([
    { ok: false, problem: 'conflict', message: expect.stringContaining('was moved') },
  ]);
  expect(actions.serving.get('production')).toBe('v1.1.0');
});

test('taking back what somebody has run over since leaves it, and does not claim to have put it back', async () => {
  const { connect, changeBehindOurBack } = await world();
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  const step = stepOf(steps, 'run-workflow');
  await runStep(target, step, contextOf('op_1'));
  await changeBehindOurBack();
  expect(
    await target.start(stepOf([step.undo ?? step], 'run-workflow-back'), contextOf('op_1')),
  ).toMatchObject({
    phase: 'succeeded',
    left: true,
    message: expect.stringContaining('left as it is'),
  });
});

test('an old run that somebody runs again serves since then, and what was planned before is a conflict', async () => {
  const { connect, actions } = await world();
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  expect(await runSteps(target, steps, contextOf('op_1'))).toMatchObject({ end: { ok: true } });
  const [first] = actions.runs;
  const before = await target.inspect();
  const planned = await deployPlan(target, 'v1.3.0-broken');
  actions.runAgain(first?.id ?? 0);
  const live = await target.inspect();
  expect([before, live].map(({ traffic }) => traffic[0]?.revision)).toEqual([
    `run-${actions.runs[1]?.id}`,
    `run-${first?.id}`,
  ]);
  const run = stepOf(planned.steps, 'run-workflow');
  expect(await runStep(target, run, contextOf('op_2'))).toMatchObject({ problem: 'conflict' });
  expect(await runStep(target, stepOf(steps, 'verify'), contextOf('op_1'))).toMatchObject({
    problem: 'conflict',
  });

  actions.broken.add('v1.0.0');
  actions.runAgain(first?.id ?? 0);
  expect(await target.inspect()).toMatchObject({
    traffic: [],
    notes: [expect.stringContaining('what serves is not known')],
  });
});

test('going back to a version whose tag was moved since is refused before anybody is asked', async () => {
  const { connect, github } = await world({ ref: '{version}' });
  const target = connect();
  const { steps } = await deployPlan(target, 'v1.1.0');
  await runSteps(target, steps, contextOf('op_1'));
  const moved = await github.commit({ title: 'Something else', author: 'ana' });
  await github.octokit.rest.git.updateRef({
    owner: OWNER,
    repo: REPO,
    ref: 'tags/v1.0.0',
    sha: moved,
    force: true,
  });
  const live = await target.inspect();
  await expect(target.rollback?.plan({ live, to: 'v1.0.0', good: [] })).rejects.toMatchObject({
    problem: 'conflict',
    message: expect.stringContaining('was moved'),
  });
});

test.each([
  [
    { inputs: { environment: 'production', tag: '{version}' } },
    /no input “tag”; it has environment, version, slipway/,
  ],
  [{ inputs: { environment: 'nowhere', version: '{version}' } }, /may be staging, production, not “nowhere”/],
  [{ inputs: { environment: 'production' } }, /“version” is required/],
  [{ correlation: 'trace' }, /needs an input “trace”/],
  [{ correlation: 'version', inputs: { environment: 'production' } }, null],
  [{ workflow: 'other.yml' }, /no workflow other\.yml at main/],
])('a workflow is checked before anybody is asked: %o', async (more, reason) => {
  const { connect } = await world(more);
  const planned = deployPlan(connect(), 'v1.1.0');
  if (reason === null) await expect(planned).resolves.toMatchObject({ to: { version: 'v1.1.0' } });
  else await expect(planned).rejects.toMatchObject({ message: expect.stringMatching(reason) });
});
