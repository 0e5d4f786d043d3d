import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
  type MockInstance,
  onTestFinished,
  vi,
} from 'vitest';
import { TargetError } from '../../../integrations/target.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import type { RequestOptions } from '../../../src/domain/request.ts';
import { lock, unlock } from '../../../src/operations/closing.ts';
import { approve, type Decision, reject, withdraw } from '../../../src/operations/decide.ts';
import { submit } from '../../../src/operations/submit.ts';
import { openOperations } from '../../../src/store/operations.ts';
import {
  ANA,
  BO,
  CHEN,
  createOperationsWorld,
  DANA,
  type OperationsWorld,
} from '../../support/operations.ts';

const channelId = 'C1';
const plain: RequestOptions = { emergency: null, reason: null };
const emergency: RequestOptions = { emergency: 'site down', reason: null };
const MINUTE = 60_000;
let deliveries = 0;

describe('an operation', () => {
  let world: OperationsWorld;
  beforeAll(async () => {
    world = await createOperationsWorld();
  });
  afterEach(async () => {
    for (const { id, requesterId } of await openOperations(world.context.database)) {
      await reject(world.context, world.engine, { ...by(requesterId), operationId: id });
    }
    for (const target of [world.staging, world.production]) {
      target.calls.length = 0;
      target.script.clear();
      target.serving = 'v1.0.0';
      target.fault = null;
    }
  });
  afterAll(() => world.stop());

  async function deploy(
    environment: string,
    request: {
      version?: string;
      userId?: string;
      options?: RequestOptions;
      deliveryId?: string;
      dryRun?: boolean;
    } = {},
  ): Promise<Reply | null> {
    const { version = 'v1.1.0', userId = ANA, options = plain, dryRun = false } = request;
    deliveries += 1;
    return submit(world.context, world.engine, {
      deliveryId: request.deliveryId ?? `cmd:${deliveries}`,
      requests: [{ kind: 'deploy', target: { service: 'api', environment }, version }],
      options,
      dryRun,
      origin: { userId, channelId },
    });
  }

  async function requested(
    environment: string,
    request: Parameters<typeof deploy>[1] = {},
  ): Promise<Operation> {
    expect(await deploy(environment, request)).toBeNull();
    const open = await openOperations(world.context.database);
    const newest = open.at(-1);
    if (newest === undefined) throw new Error('nothing is open');
    return newest;
  }

  function by(userId: string): Omit<Decision, 'operationId'> {
    return { userId, via: 'reaction', planDigest: null, at: world.context.clock() };
  }
  const ended = (view: { operation: Operation }) => view.operation.endedAt !== null;

  function refusal(reply: Reply | null): string {
    return reply?.kind === 'refusal' ? reply.refusals.map((one) => one.code).join() : JSON.stringify(reply);
  }

  /** It was counted, which looked its approver up, and nothing began. */
  async function staysAwaiting(id: string, looked: MockInstance<typeof world.people.get>): Promise<void> {
    await expect.poll(() => looked.mock.calls.flat()).toContain(BO);
    looked.mockRestore();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await world.until(id, () => true)).operation.state).toBe('awaiting-approval');
  }

  it('runs at once where nobody is asked, and ends when its last step has', async () => {
    const { id } = await requested('staging');
    const view = await world.until(id, ended);
    expect(view.operation.state).toBe('succeeded');
    expect(view.steps.map((step) => step.state)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
      'succeeded',
    ]);
    expect(world.staging.calls).toEqual(['start prepare', 'start move', 'start prove', 'start tidy']);
  });

  it('touches nothing before it is approved, and runs when it is', async () => {
    const { id } = await requested('production');
    expect(world.production.calls).toEqual([]);
    expect(await approve(world.context, world.engine, { ...by(BO), operationId: id })).toBeNull();
    expect((await world.until(id, ended)).operation.state).toBe('succeeded');
  });

  it('is one operation however often its delivery is worked on', async () => {
    const deliveryId = 'cmd:same';
    await Promise.all([1, 2, 3].map(() => deploy('production', { deliveryId })));
    expect(await openOperations(world.context.database)).toHaveLength(1);
  });

  it('is still that one when its delivery comes again after it is done', async () => {
    const deliveryId = 'release/1';
    expect(await deploy('staging', { deliveryId })).toBeNull();
    const [open] = await openOperations(world.context.database);
    await world.until(open?.id ?? '', ended);
    const count = async () => (await world.context.database.query('select from slipway.operations')).rowCount;
    const before = await count();
    expect(await deploy('staging', { deliveryId })).toBeNull();
    expect(await count()).toBe(before);
  });

  it('is not asked for twice while exactly the same is waiting', async () => {
    await requested('production');
    expect(refusal(await deploy('production'))).toBe('busy');
  });

  it('is refused where nobody would see it, also in an emergency, and shown there in a dry run', async () => {
    const channel = vi.spyOn(world.context.channels, 'channel');
    onTestFinished(() => channel.mockRestore());
    for (const presence of ['outside', 'direct'] as const) {
      channel.mockImplementation(async (id) => ({ id, name: null, presence }));
      expect(refusal(await deploy('staging'))).toBe('unseen');
      expect(refusal(await deploy('production', { userId: BO, options: emergency }))).toBe('unseen');
      expect(await deploy('staging', { dryRun: true })).toMatchObject({ kind: 'dry-run' });
    }
    expect(await openOperations(world.context.database)).toEqual([]);
  });

  it('begins when Slack, which did not say where it was asked for, says so again', async () => {
    const channel = vi.spyOn(world.context.channels, 'channel');
    onTestFinished(() => channel.mockRestore());
    channel.mockImplementationOnce(async (id) => ({ id, name: null, presence: 'unknown' }));
    const { id } = await requested('staging');
    expect((await world.until(id, ended)).operation.state).toBe('succeeded');
  });

  it('does nothing in a dry run', async () => {
    expect(await deploy('production', { dryRun: true })).toMatchObject({ kind: 'dry-run' });
    expect(await openOperations(world.context.database)).toEqual([]);
  });

  it.each([
    ['the requester', ANA, 'own-request'],
    ['somebody without the role', DANA, 'missing-role'],
    ['somebody who cannot be looked up', 'U0NOBODY', 'barred-account'],
  ])('is not approved by %s', async (_who, userId, code) => {
    const { id } = await requested('production');
    const refused = await approve(world.context, world.engine, { ...by(userId), operationId: id });
    expect(refused?.code).toBe(code);
    expect(world.production.calls).toEqual([]);
  });

  it('fails closed when an approver lost the role before it began', async () => {
    const { id } = await requested('production');
    const bo = world.people.get(BO);
    if (bo === undefined) throw new Error('no bo');
    // The vote is stored, but when it is counted bo is deactivated.
    const context = { ...world.context, people: { person: async () => bo } };
    world.people.set(BO, { ...bo, barred: 'deactivated' });
    const looked = vi.spyOn(world.people, 'get');
    await approve(context, world.engine, { ...by(BO), operationId: id });
    await staysAwaiting(id, looked);
    world.people.set(BO, bo);
  });

  it('fails closed when an approver lost the role while it was planned for the last time', async () => {
    const { id } = await requested('production');
    const bo = world.people.get(BO);
    if (bo === undefined) throw new Error('no bo');
    const { inspect } = world.production;
    const looked = vi.spyOn(world.people, 'get');
    world.production.inspect = async () => {
      world.people.set(BO, { ...bo, barred: 'deactivated' });
      looked.mockClear();
      return inspect();
    };
    await approve(world.context, world.engine, { ...by(BO), operationId: id });
    await staysAwaiting(id, looked);
    expect(world.production.calls).toEqual([]);
    world.production.inspect = inspect;
    world.people.set(BO, bo);
  });

  it('does not begin on an approval that was withdrawn', async () => {
    const { id } = await requested('production');
    world.production.fault = new TargetError('unavailable', 'away');
    await approve(world.context, world.engine, { ...by(BO), operationId: id });
    await withdraw(world.context, world.engine, { ...by(BO), operationId: id });
    world.production.fault = null;
    const view = await world.until(id, (now) => now.approvals.length === 0);
    expect(view.operation.state).toBe('awaiting-approval');
    expect(world.production.calls).toEqual([]);
  });

  it('ends with the no of an approver, and with that of its requester', async () => {
    const first = await requested('production');
    expect(await reject(world.context, world.engine, { ...by(DANA), operationId: first.id })).not.toBeNull();
    expect(await reject(world.context, world.engine, { ...by(CHEN), operationId: first.id })).toBeNull();
    expect((await world.until(first.id, ended)).operation.state).toBe('rejected');
    const second = await requested('production');
    await reject(world.context, world.engine, { ...by(ANA), operationId: second.id });
    expect((await world.until(second.id, ended)).operation.state).toBe('cancelled');
    expect(world.production.calls).toEqual([]);
  });

  it('is void when what serves changed after it was approved, and says what changed', async () => {
    const { id } = await requested('production', { version: 'v1.2.0' });
    world.production.serving = 'v1.1.0';
    await approve(world.context, world.engine, { ...by(BO), operationId: id });
    const { operation } = await world.until(id, ended);
    expect(operation.state).toBe('voided');
    expect(operation.outcome).toEqual({ code: 'voided', changed: expect.arrayContaining(['from', 'live']) });
    expect(world.production.calls).toEqual([]);
  });

  it('reminds and then expires', async () => {
    const { id } = await requested('production');
    world.advance(26 * MINUTE);
    await world.engine.wake(id);
    await expect.poll(() => world.told).toContain(`${id} reminder`);
    world.advance(5 * MINUTE);
    await world.engine.wake(id);
    expect((await world.until(id, ended)).operation.state).toBe('expired');
  });

  it('skips approval in an emergency, for those who may, and says so', async () => {
    const options = { emergency: 'site down', reason: null };
    expect(refusal(await deploy('production', { options }))).toBe('missing-role');
    const { id } = await requested('production', { options, userId: BO });
    expect((await world.until(id, ended)).operation.state).toBe('succeeded');
    expect(world.told).toContain(`${id} emergency`);
  });

  it('takes back what it began when a step fails, last first', async () => {
    world.staging.script.set('prove', async () => ({
      phase: 'failed',
      problem: 'unhealthy',
      message: '503',
    }));
    const { id } = await requested('staging');
    const { operation, steps } = await world.until(id, ended);
    expect(operation.state).toBe('undone');
    expect(operation.outcome).toMatchObject({
      code: 'step-failed',
      step: 'Do prove',
      undo: { result: 'done' },
    });
    expect(world.staging.calls.at(-1)).toBe('start move-back');
    expect(steps.at(-1)).toMatchObject({ id: 'undo:move-back', state: 'succeeded' });
  });

  it('takes nothing back when only the tidying fails', async () => {
    world.staging.script.set('tidy', async () => ({ phase: 'failed', problem: 'conflict', message: 'busy' }));
    const { id } = await requested('staging');
    const { operation, steps } = await world.until(id, ended);
    expect(operation.state).toBe('succeeded');
    expect(steps.at(-1)).toMatchObject({ id: 'tidy', state: 'failed', message: 'busy' });
  });

  it('takes back what it began when a step meets a fault of our own', async () => {
    world.staging.script.set('prove', async () => {
      throw new TypeError('a bug');
    });
    const { id } = await requested('staging');
    expect((await world.until(id, ended)).operation.state).toBe('undone');
    expect(world.staging.calls.at(-1)).toBe('start move-back');
  });

  it('looks before it gives a step up whose time went by while nobody was running', async () => {
    world.staging.script.set('move', async () => {
      world.advance(120 * MINUTE);
      return { phase: 'running', handle: null, message: 'moving', lookAgainAfter: 1 };
    });
    const { id } = await requested('staging');
    expect((await world.until(id, ended)).operation.state).toBe('succeeded');
    expect(world.staging.calls).toContain('resume move');
  });

  it('stops when the config means another system by the target than was approved', async () => {
    const other = { ...world.staging, identity: 'scripted/elsewhere' };
    world.staging.script.set('prepare', async () => {
      world.targets.set('api/staging', other);
      return { phase: 'succeeded', message: 'done' };
    });
    const { id } = await requested('staging');
    const { operation } = await world.until(id, ended);
    expect(operation.outcome).toMatchObject({ code: 'step-failed', step: 'Do move' });
    expect(world.staging.calls).toEqual(['start prepare']);
    world.targets.set('api/staging', world.staging);
  });

  it('says loudly when taking back fails too', async () => {
    const fail = async () => ({ phase: 'failed', problem: 'permission', message: 'denied' }) as const;
    world.staging.script.set('prove', fail).set('move-back', fail);
    const { id } = await requested('staging');
    expect((await world.until(id, ended)).operation.state).toBe('undo-failed');
  });

  it('does not say that all is as it was where somebody else’s change was left', async () => {
    const message = 'Somebody else has changed it since; it was left as it is.';
    world.staging.script
      .set('prove', async () => ({ phase: 'failed', problem: 'conflict', message: 'changed' }))
      .set('move-back', async () => ({ phase: 'succeeded', message, left: true }));
    const { id } = await requested('staging');
    const { operation } = await world.until(id, ended);
    expect(operation).toMatchObject({
      state: 'failed',
      outcome: { undo: { result: 'left', step: 'Do move-back', detail: message } },
    });
  });

  it('tries again what may pass, and gives up at once what may not', async () => {
    let calls = 0;
    world.staging.script.set('prepare', async () => {
      calls += 1;
      if (calls === 1) throw new TargetError('unavailable', 'away');
      throw new TargetError('permission', 'may not');
    });
    const { id } = await requested('staging');
    const { operation } = await world.until(id, ended);
    expect(operation.outcome).toMatchObject({ problem: 'permission', detail: 'may not' });
    expect(calls).toBe(2);
  });

  it('is refused on a locked target, also when the lock came after the approval was asked for', async () => {
    const { id } = await requested('production');
    const scope = { kind: 'environment', environment: 'production' } as const;
    const closing = { scope, deliveryId: 'cmd:close', origin: { userId: BO, channelId } };
    const opening = { ...closing, deliveryId: 'cmd:open' };
    expect(await lock(world.context, { ...closing, reason: 'audit', duration: null })).toMatchObject({
      kind: 'locked',
    });
    expect(refusal(await deploy('production', { version: 'v1.2.0' }))).toBe('locked');
    await approve(world.context, world.engine, { ...by(BO), operationId: id });
    expect((await world.until(id, ended)).operation.state).toBe('refused');
    expect(await unlock(world.context, opening)).toMatchObject({ kind: 'unlocked' });
    expect(refusal(await unlock(world.context, { ...opening, deliveryId: 'cmd:open-2' }))).toBe('not-locked');
  });

  it('is one of two that were approved at once', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.production.script.set('prepare', async () => {
      await held;
      return { phase: 'succeeded', message: 'done' };
    });
    const first = await requested('production');
    const second = await requested('production', { version: 'v1.2.0' });
    await Promise.all([
      approve(world.context, world.engine, { ...by(BO), operationId: first.id }),
      approve(world.context, world.engine, { ...by(BO), operationId: second.id }),
    ]);
    const views = await Promise.all(
      [first, second].map(({ id }) =>
        world.until(id, (view) => view.operation.state !== 'awaiting-approval'),
      ),
    );
    expect(views.map((view) => view.operation.state).sort()).toEqual(['refused', 'running']);
    release();
    for (const { id } of [first, second]) await world.until(id, ended);
  });

  it('refuses unknown versions with the nearest, and says when the target is away', async () => {
    expect(refusal(await deploy('staging', { version: 'v9' }))).toBe('unknown-version');
    world.staging.fault = new TargetError('unavailable', 'the registry does not answer');
    expect(refusal(await deploy('staging'))).toBe('target-error');
    expect(await openOperations(world.context.database)).toEqual([]);
  });
});
