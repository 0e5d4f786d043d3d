import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DeployTarget, TargetError } from '../../../integrations/target.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { contextOf, deployPlan, granted, refusalOf, resolved, runStep, runSteps, undo } from './drive.ts';

/** A backend with one target on it, and the levers that a suite pulls. Every test has a world of its own. */
export interface TargetWorld {
  /** A target as a process that has just started would make it. The world closes it. */
  connect(): DeployTarget;
  readonly versions: {
    /** What serves when the world begins. */
    readonly running: string;
    readonly good: string;
    /** Resolves, but never becomes ready; the target says why in words that match. */
    readonly broken: { readonly version: string; readonly reason: RegExp };
    readonly unknown: { readonly version: string; readonly nearest: string };
  };
  /** The digest that takes all traffic, read without the target's code; null when there is no such one. */
  servingDigest(): Promise<string | null>;
  /** Everything that decides who takes traffic, in the backend's own terms, comparable by equality. */
  split(): Promise<unknown>;
  /** How many changes the backend has made so far. */
  changes(): number;
  /** The next change is made, but the answer never comes. */
  loseNextReply(): void;
  denyChanges(): void;
  /** Somebody else gives all traffic to something else; resolves when that serves. */
  changeBehindOurBack(): Promise<void>;
  stop(): Promise<void>;
}

/** What every deploy target must do, whatever kind it is. */
export function describeTarget(name: string, makeWorld: () => Promise<TargetWorld>): void {
  describe(name, () => {
    let world: TargetWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.stop());

    describeReading(() => world);
    describeRunning(() => world);
    describeInterruptions(() => world);
    describeFailures(() => world);
    describeRollback(() => world);
  });
}

function describeReading(world: () => TargetWorld): void {
  test('resolves a version to an artifact that names its content', async () => {
    const { good } = world().versions;
    const artifact = await resolved(world().connect(), good);
    expect(artifact.version).toBe(good);
    expect(artifact.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(artifact.reference).toContain(artifact.digest);
  });

  test('resolves a digest that was published to itself, and refuses one that was not', async () => {
    const target = world().connect();
    const { digest } = await resolved(target, world().versions.good);
    expect((await resolved(target, digest)).digest).toBe(digest);
    const never = await target.resolve(`sha256:${'0'.repeat(64)}`);
    expect(refusalOf(never).code).toBe('unknown-version');
  });

  test('refuses an unknown version and offers the nearest', async () => {
    const { version, nearest } = world().versions.unknown;
    const refusal = refusalOf(await world().connect().resolve(version));
    expect(refusal).toMatchObject({ code: 'unknown-version', version });
    expect('nearest' in refusal && refusal.nearest).toContain(nearest);
  });

  test('knows what serves, by digest and by version', async () => {
    const target = world().connect();
    const [live, artifact] = await Promise.all([
      target.inspect(),
      resolved(target, world().versions.running),
    ]);
    const [share] = live.traffic.filter((one) => one.percent === 100);
    const serving = live.revisions.find((revision) => revision.name === share?.revision);
    expect(serving).toMatchObject({
      digest: artifact.digest,
      version: artifact.version,
      ready: { is: true },
    });
    expect(live.health.status).toBe('healthy');
  });

  test('plans the same twice, and changes nothing by planning', async () => {
    const target = world().connect();
    const first = await deployPlan(target, world().versions.good);
    const second = await deployPlan(world().connect(), world().versions.good);
    expect(second).toEqual(first);
    expect(first.from?.version).toBe(world().versions.running);
    expect(world().changes()).toBe(0);
  });

  test('refuses to deploy what serves already', async () => {
    const target = world().connect();
    const artifact = await resolved(target, world().versions.running);
    const outcome = await target.planDeploy({ live: await target.inspect(), artifact });
    expect(refusalOf(outcome).code).toBe('already-serving');
  });

  test('examines itself and finds nothing wrong', async () => {
    const findings = await world().connect().examine();
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter((finding) => !finding.ok)).toEqual([]);
  });
}

function describeRunning(world: () => TargetWorld): void {
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

function describeInterruptions(world: () => TargetWorld): void {
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

function describeFailures(world: () => TargetWorld): void {
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
    await undo(target, begun, contextOf('op_undone'));
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

function describeRollback(world: () => TargetWorld): void {
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
    await undo(target, begun, contextOf('op_rollback'));
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
