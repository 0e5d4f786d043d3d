import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { carryOut } from '../../../commands/carry-out.ts';
import type { Command } from '../../../commands/command.ts';
import type { RollbackCapability, TrafficCapability } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import type { OperationView } from '../../../src/domain/operation.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import { targetKey } from '../../../src/domain/target.ts';
import { approve } from '../../../src/operations/decide.ts';
import { forgetDeliveries, storeDelivery } from '../../../src/store/inbox.ts';
import { readLocks } from '../../../src/store/locks.ts';
import { openOperations } from '../../../src/store/operations.ts';
import { ANA, BO, createOperationsWorld, type OperationsWorld } from '../../support/operations.ts';
import { type ScriptedTarget, scriptedTraffic } from '../../support/scripted-target.ts';

const channelId = 'C1';
const staging = { service: 'api', environment: 'staging' };
const production = { service: 'api', environment: 'production' };
const options = { emergency: null, reason: null };
const ended = ({ operation }: OperationView) => operation.endedAt !== null;

const allow = {
  deploy: ['deployer'],
  rollback: ['deployer'],
  canary: ['deployer'],
  lock: ['deployer', 'approver'],
};
const canary = { steps: [10], pause: '1h', analysis: [] };
const cloudRun = { kind: 'cloud-run', project: 'p', region: 'r', service: 'api' };
const { environments, services } = configSchema.parse({
  roles: { deployer: { users: [ANA] }, approver: { users: [BO] } },
  environments: { staging: { allow }, production: { allow, approval: { approvers: ['approver'] } } },
  services: {
    api: {
      environments: { staging: { target: cloudRun, canary }, production: { target: cloudRun, canary } },
    },
  },
});

describe('a delivery that is worked on again, long after its process died', () => {
  let world: OperationsWorld;
  let deliveries = 0;
  beforeAll(async () => {
    world = await createOperationsWorld({ environments, services });
    for (const target of [world.staging, world.production]) {
      world.targets.set(targetKey(target.ref), { ...target, ...withCanaries(target) });
    }
  });
  afterEach(async () => {
    await Promise.all((await openOperations(world.context.database)).map(({ id }) => end(id)));
  });
  afterAll(() => world.stop());

  function fresh(): string {
    deliveries += 1;
    return `cmd:${deliveries}`;
  }

  function work(deliveryId: string, command: Command, userId = ANA): Promise<Reply | null> {
    return carryOut(world.context, world.engine, { command, deliveryId, origin: { userId, channelId } });
  }

  async function end(operationId: string): Promise<void> {
    const target = (await world.until(operationId, () => true)).operation.plan.target;
    await work(fresh(), { name: 'canary-instruction', target, instruction: { kind: 'abort', reason: null } });
    await world.until(operationId, ended);
  }

  /** A canary at 10 %, which nothing moves but people. */
  async function startCanary(target = staging): Promise<string> {
    await work(fresh(), {
      name: 'canary',
      target,
      version: 'v1.1.0',
      percent: 10,
      auto: false,
      dryRun: false,
      options,
    });
    const id = (await openOperations(world.context.database)).at(-1)?.id ?? '';
    if (target === production) await approveAsBo(id);
    await isAt(id, 10);
    return id;
  }

  async function approveAsBo(operationId: string): Promise<void> {
    const decision = { userId: BO, via: 'reaction', planDigest: null, at: world.context.clock() } as const;
    expect(await approve(world.context, world.engine, { ...decision, operationId })).toBeNull();
  }

  function isAt(operationId: string, percent: number): Promise<OperationView> {
    return world.until(
      operationId,
      ({ canary }) => canary?.percent === percent && canary.pauseEndsAt !== null,
    );
  }

  async function instructions(operationId: string): Promise<number> {
    const { rows } = await world.context.database.query(
      'select 1 from slipway.canary_instructions where operation_id = $1',
      [operationId],
    );
    return rows.length;
  }

  it('goes back no second time: a rollback that ended a canary stays what ended it', async () => {
    const id = await startCanary();
    const deliveryId = fresh();
    const rollback = { name: 'rollback', target: staging, to: null, dryRun: false, options } as const;
    const first = await work(deliveryId, rollback);
    expect(first).toMatchObject({ kind: 'instructed', target: staging, instruction: { kind: 'abort' } });
    await world.until(id, ended);
    expect(await work(deliveryId, rollback)).toEqual(first);
    expect(await openOperations(world.context.database)).toEqual([]);
  });

  it.each([
    { kind: 'promote' },
    { kind: 'abort', reason: null },
    { kind: 'move', percent: 50 },
    { kind: 'auto' },
  ] as const)('tells no later canary to $kind, and is answered as it was', async (instruction) => {
    const id = await startCanary();
    const deliveryId = fresh();
    const command = { name: 'canary-instruction', target: null, instruction } as const;
    const first = await work(deliveryId, command);
    expect(first).toMatchObject({ kind: 'instructed', target: staging });
    await end(id);
    expect(await work(deliveryId, command)).toEqual(first);
    const later = await startCanary();
    expect(await work(deliveryId, command)).toEqual(first);
    expect(await instructions(later)).toBe(0);
  });

  it('tells no later canary what the first was being told already', async () => {
    const id = await startCanary();
    const [first, second] = [fresh(), fresh()];
    const command = { name: 'canary-instruction', target: null, instruction: { kind: 'promote' } } as const;
    await Promise.all([work(first, command), work(second, command)]);
    await world.until(id, ended);
    const later = await startCanary();
    await work(first, command);
    await work(second, command);
    expect(await instructions(later)).toBe(0);
  });

  it('moves no canary where the question that it led to is over', async () => {
    const id = await startCanary(production);
    const deliveryId = fresh();
    const to50 = { name: 'canary-instruction', target: null } as const;
    const command = { ...to50, instruction: { kind: 'move', percent: 50 } } as const;
    expect(await work(deliveryId, command)).toBeNull();
    await approveAsBo((await openOperations(world.context.database)).at(-1)?.id ?? '');
    await isAt(id, 50);
    await work(fresh(), { ...to50, instruction: { kind: 'move', percent: 10 } });
    await isAt(id, 10);
    const before = await instructions(id);
    expect(await work(deliveryId, command)).toBeNull();
    expect(await instructions(id)).toBe(before);
    // The first question's operation may still be ending.
    await expect
      .poll(async () => (await openOperations(world.context.database)).map((open) => open.id))
      .toEqual([id]);
  });

  it('closes nothing that was opened since, and opens nothing that was closed since', async () => {
    const locks = () => readLocks(world.context.database, world.context.clock());
    const [closing, opening] = [fresh(), fresh()];
    const scope = { kind: 'target', ...staging } as const;
    const lock = { name: 'lock', scope, reason: 'moving data', duration: 3_600_000 } as const;
    const unlock = { name: 'unlock', scope } as const;
    const locked = await work(closing, lock);
    expect(await work(opening, unlock)).toMatchObject({ kind: 'unlocked' });
    expect(await work(closing, lock)).toEqual(locked);
    expect(await locks()).toEqual([]);
    await work(fresh(), { ...lock, reason: 'another' }, BO);
    expect(await work(opening, unlock)).toEqual({ kind: 'unlocked', scope });
    expect(await locks()).toMatchObject([{ reason: 'another', holder: { userId: BO } }]);
    await work(fresh(), unlock);
  });

  it('is remembered for as long as it may come again', async () => {
    const { database } = world.context;
    const kept = async () => {
      const { rows } = await database.query<{ delivery_id: string }>('select delivery_id from carried_out');
      return rows.map((row) => row.delivery_id);
    };
    const [open, gone] = [fresh(), fresh()];
    const origin = { userId: ANA, channelId };
    const text = 'unlock api staging';
    const delivery = { kind: 'command', id: open, command: 'deploy', text, origin } as const;
    await storeDelivery(database, delivery, 'executor');
    await database.query(
      "insert into carried_out select unnest($1::text[]), 'api', now() - interval '2 days'",
      [[open, gone]],
    );
    await forgetDeliveries(database);
    expect(await kept()).toContain(open);
    expect(await kept()).not.toContain(gone);
  });
});

/** What a scripted target needs for canaries and for going back. */
function withCanaries(target: ScriptedTarget): {
  readonly traffic: TrafficCapability;
  readonly rollback: RollbackCapability;
} {
  return {
    traffic: scriptedTraffic(target, [10, 50]),
    rollback: {
      plan: async ({ live }) => {
        const resolved = await target.resolve('v1.2.0');
        return resolved.ok ? target.planDeploy({ live, artifact: resolved.value }) : resolved;
      },
    },
  };
}
