import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type DeployTarget,
  type StepProgress,
  type StopCapability,
  TargetError,
} from '../../../integrations/target.ts';
import type { Json } from '../../../src/domain/json.ts';
import { canBeStopped, type OperationView } from '../../../src/domain/operation.ts';
import { accept } from '../../../src/domain/refusal.ts';
import { stop, stopOn } from '../../../src/operations/stop.ts';
import { submit } from '../../../src/operations/submit.ts';
import { openOperations } from '../../../src/store/operations.ts';
import { ANA, BO, createOperationsWorld, DANA, type OperationsWorld } from '../../support/operations.ts';

const channelId = 'C1';
const target = { service: 'api', environment: 'staging' };
const ended = ({ operation }: OperationView) => operation.endedAt !== null;
const running = (handle: Json): StepProgress => ({
  phase: 'running',
  handle,
  message: 'half-way',
  lookAgainAfter: 5,
});

describe('stopping a running operation', () => {
  let world: OperationsWorld;
  let deliveries = 0;
  /** Ends the step that is being followed, as by itself. */
  let finished: StepProgress | null = null;
  beforeAll(async () => {
    world = await createOperationsWorld();
  });
  afterEach(async () => {
    finished = { phase: 'succeeded', message: 'done' };
    for (const { id } of await openOperations(world.context.database)) await world.until(id, ended);
    world.targets.set('api/staging', world.staging);
    world.staging.calls.length = 0;
    world.staging.script.clear();
    world.told.length = 0;
    finished = null;
  });
  afterAll(() => world.stop());

  /** A deploy to a target that can be stopped so; its step “move” goes on until it is. */
  async function deploy(
    capability: StopCapability['stop'] | null,
    more: Partial<DeployTarget> = {},
  ): Promise<string> {
    world.staging.script.set('move', async () => running(0));
    const resume: DeployTarget['resume'] = async (_step, handle) => finished ?? running(handle);
    const can = capability === null ? {} : { stop: { stops: () => true, stop: capability } };
    world.targets.set('api/staging', { ...world.staging, resume, ...can, ...more });
    deliveries += 1;
    await submit(world.context, world.engine, {
      deliveryId: `cmd:stop-${deliveries}`,
      requests: [{ kind: 'deploy', target, version: 'v1.1.0' }],
      options: { emergency: null, reason: null },
      dryRun: false,
      origin: { userId: ANA, channelId },
    });
    const id = (await openOperations(world.context.database)).at(-1)?.id ?? '';
    const follows = (view: OperationView) => view.steps[1]?.message === 'half-way';
    await world.until(id, capability === null ? follows : canBeStopped);
    return id;
  }

  /** What is left of a plan after “move” only looks and tidies. */
  const onlyLooks: DeployTarget['planDeploy'] = async (request) => {
    const planned = await world.staging.planDeploy(request);
    if (!planned.ok) return planned;
    const steps = planned.value.steps.map((step) =>
      step.id === 'prove' ? ({ ...step, effect: 'reads' } as const) : step,
    );
    return accept({ ...planned.value, steps });
  };

  async function press(operationId: string, userId = ANA): Promise<string | null> {
    deliveries += 1;
    const deliveryId = `click:stop-${deliveries}`;
    const refusal = await stop(world.context, { operationId, deliveryId, origin: { userId, channelId } });
    return refusal?.code ?? null;
  }

  it('ends what the step began, takes it back and says who wanted that', async () => {
    const stopped: Json[] = [];
    const id = await deploy(async ({ id: step }, handle) => {
      stopped.push([step, handle]);
      return null;
    });
    expect(await press(id)).toBeNull();
    const { operation, steps } = await world.until(id, ended);
    expect(operation).toMatchObject({
      state: 'undone',
      outcome: { code: 'step-failed', step: 'Do move', problem: 'stopped', stoppedBy: ANA },
    });
    expect(steps.map(({ id: step, state }) => `${step} ${state}`)).toEqual([
      'prepare succeeded',
      'move failed',
      'prove pending',
      'tidy pending',
      'undo:move-back succeeded',
    ]);
    expect(stopped).toEqual([['move', 0]]);
    expect(world.told).toContain(`${id} stopping`);
  });

  it('is wanted once, however often and by how many it is pressed, and stands in the audit trail', async () => {
    let calls = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const id = await deploy(async () => {
      calls += 1;
      await held;
      return null;
    });
    expect(await Promise.all([press(id), press(id), press(id)])).toEqual([null, null, null]);
    release();
    await world.until(id, ended);
    expect(calls).toBe(1);
    const { rows } = await world.context.database.query(
      "select actor from slipway.audit where subject = $1 and action = 'operation.stop-requested'",
      [id],
    );
    expect(rows).toEqual([{ actor: ANA }]);
    expect(world.told.filter((line) => line === `${id} stopping`)).toHaveLength(1);
  });

  it('asks what takes its time again, with the handle that it gave', async () => {
    const handles: Json[] = [];
    const id = await deploy(async (_step, handle) => {
      handles.push(handle);
      return typeof handle === 'number' && handle < 2
        ? { phase: 'running', handle: handle + 1, message: 'ending', lookAgainAfter: 5 }
        : null;
    });
    await press(id);
    const { operation } = await world.until(id, ended);
    expect(handles).toEqual([0, 1, 2]);
    // Where it was, and not that it was ending.
    expect(operation.outcome).toMatchObject({ detail: 'half-way' });
  });

  it('tries again while the other side is away', async () => {
    let calls = 0;
    const id = await deploy(async () => {
      calls += 1;
      if (calls === 1) throw new TargetError('unavailable', 'away');
      return null;
    });
    await press(id);
    expect((await world.until(id, ended)).operation.state).toBe('undone');
    expect(calls).toBe(2);
  });

  it('lets what had ended by itself end as it did, where nothing more is changed', async () => {
    const id = await deploy(async () => ({ phase: 'succeeded', message: 'moved' }), {
      planDeploy: onlyLooks,
    });
    await press(id);
    expect((await world.until(id, ended)).operation.state).toBe('succeeded');
    expect(world.told.filter((line) => line === `${id} ended-before-stop`).length).toBeGreaterThan(0);
    expect(world.staging.calls).not.toContain('start move-back');
  });

  it('says the failure’s own reason of what had failed by itself', async () => {
    const id = await deploy(async () => ({ phase: 'failed', problem: 'unhealthy', message: 'it crashed' }));
    await press(id);
    const { operation } = await world.until(id, ended);
    expect(operation.outcome).toMatchObject({ problem: 'unhealthy', detail: 'it crashed' });
    expect(operation.outcome).not.toHaveProperty('stoppedBy');
  });

  it('begins nothing more that changes something, and takes back only what was begun', async () => {
    const id = await deploy(async () => ({ phase: 'succeeded', message: 'moved' }));
    await press(id);
    const { operation, steps } = await world.until(id, ended);
    expect(operation).toMatchObject({
      state: 'undone',
      outcome: { step: 'Do prove', stoppedBy: ANA, detail: '' },
    });
    expect(world.staging.calls).toEqual(['start prepare', 'start move', 'start move-back']);
    expect(steps.find((step) => step.id === 'prove')?.state).toBe('pending');
  });

  it('goes on, and says so once, with what cannot be stopped after all', async () => {
    let calls = 0;
    const id = await deploy(
      async () => {
        calls += 1;
        throw new TargetError('permission', 'may not cancel');
      },
      { planDeploy: onlyLooks },
    );
    await press(id);
    await expect.poll(() => world.told).toContain(`${id} not-stopped`);
    expect((await world.until(id, () => true)).operation.state).toBe('running');
    finished = { phase: 'succeeded', message: 'moved' };
    expect((await world.until(id, ended)).operation.state).toBe('succeeded');
    expect(calls).toBe(1);
  });

  it('is meant by the target as well, where something runs', async () => {
    const wanted = { target, deliveryId: 'cmd:stop-on', origin: { userId: ANA, channelId } };
    expect(await stopOn(world.context, wanted)).toMatchObject({
      refusals: [{ code: 'nothing-running', target }],
    });
    const id = await deploy(async () => null);
    expect(await stopOn(world.context, { ...wanted, origin: { userId: DANA, channelId } })).toMatchObject({
      refusals: [{ code: 'missing-role' }],
    });
    expect(await stopOn(world.context, wanted)).toBeNull();
    expect((await world.until(id, ended)).operation.outcome).toMatchObject({ stoppedBy: ANA });
  });

  it('does not stop what began later when its delivery is worked on again, whoever wanted it first', async () => {
    const wanted = { target, deliveryId: 'cmd:stop-again', origin: { userId: ANA, channelId } };
    const first = await deploy(async () => null);
    await press(first);
    expect(await stopOn(world.context, wanted)).toBeNull();
    await world.until(first, ended);
    const later = await deploy(async () => null);
    expect(await stopOn(world.context, wanted)).toBeNull();
    expect((await world.until(later, () => true)).stop).toBeNull();
  });

  it('is refused to whoever may not deploy there', async () => {
    const id = await deploy(async () => null);
    expect(await press(id, DANA)).toBe('missing-role');
    expect(await press(id, BO)).toBe('missing-role');
    expect((await world.until(id, () => true)).stop).toBeNull();
  });

  it('is refused where the target cannot stop what it does, and when all is over', async () => {
    const id = await deploy(null);
    expect(await press(id)).toBe('not-stoppable');
    finished = { phase: 'succeeded', message: 'moved' };
    await world.until(id, ended);
    expect(await press(id)).toBe('not-stoppable');
    expect(await press('op-unknown')).toBe('not-stoppable');
  });

  it('ends what runs out of its time in the same way, and does not wait for it for ever', async () => {
    const id = await deploy(async (_step, handle) => {
      world.advance(40_000);
      return running(handle);
    });
    world.advance(120_000);
    const { operation } = await world.until(id, ended);
    expect(operation.outcome).toMatchObject({
      problem: 'timeout',
      detail: expect.stringContaining('It may still go on'),
    });
  });

  it('is told to be going on where whoever should end it is not to be reached', async () => {
    const id = await deploy(async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    });
    world.advance(120_000);
    const { operation } = await world.until(id, ended);
    expect(operation.outcome).toMatchObject({
      problem: 'timeout',
      detail: expect.stringContaining('It may still go on'),
    });
  });
});
