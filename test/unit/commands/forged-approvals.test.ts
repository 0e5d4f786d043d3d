import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workOn } from '../../../commands/deliveries.ts';
import type { DeliveryContext } from '../../../commands/delivery-context.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import { submit } from '../../../src/operations/request.ts';
import { operationKey, operationOf } from '../../../src/slack/messages.ts';
import { readApprovals } from '../../../src/store/approvals.ts';
import { openOperations } from '../../../src/store/operations.ts';
import { ANA, BO, createOperationsWorld, DANA, type OperationsWorld } from '../../support/operations.ts';

const channelId = 'C1';
const approve = 'white_check_mark';
const ORIGIN = { userId: BO, channelId, triggerId: 't' };

describe('an approval that is meant for something else', () => {
  let world: OperationsWorld;
  let first: string;
  let second: string;
  const answers: Reply[] = [];

  beforeAll(async () => {
    world = await createOperationsWorld();
    first = await asked('v1.1.0');
    second = await asked('v1.2.0');
  });
  afterAll(() => world.stop());

  async function asked(version: string): Promise<string> {
    const target = { service: 'api', environment: 'production' };
    await submit(world.context, world.engine, {
      deliveryId: `cmd:${version}`,
      requests: [{ kind: 'deploy', target, version }],
      options: { emergency: null, reason: null },
      dryRun: false,
      origin: { userId: ANA, channelId },
    });
    return (await openOperations(world.context.database)).at(-1)?.id ?? '';
  }

  const context = (): DeliveryContext => ({
    operations: world.context,
    engine: world.engine,
    vocabulary: () => Promise.reject(new Error('nothing was typed')),
    answer: async (_origin, reply) => void answers.push(reply),
    takeBack: () => Promise.reject(new Error('nothing is taken back')),
    alerts: null,
    reasonOfSilence: 'no reason',
    operationAt: async ({ ts }) =>
      new Map([
        ['1.1', first],
        ['2.2', second],
      ]).get(ts) ?? null,
    readReactions: async () => ({ approve: [BO, DANA], reject: [] }),
    reactions: { approve, reject: 'no_entry' },
  });

  async function react(messageTs: string, userId: string): Promise<void> {
    const at = world.context.clock().getTime();
    const reaction = { reaction: approve, userId, channelId, messageTs, at };
    await workOn(context(), {
      kind: 'reaction',
      id: `evt:${messageTs}${userId}`,
      change: 'added',
      ...reaction,
    });
  }

  async function click(operationId: string, planDigest: string): Promise<void> {
    const action = { do: 'approve', operationId, planDigest } as const;
    await workOn(context(), {
      kind: 'button',
      id: `act:${planDigest}`,
      action,
      messageTs: '1.1',
      at: Date.now(),
      origin: ORIGIN,
    });
  }

  const approved = async (id: string) =>
    (await readApprovals(world.context.database, id)).map(({ userId }) => userId);

  it('counts for nothing under a forwarded or copied message, or a line of the thread', async () => {
    await react('9.9', BO);
    expect([await approved(first), await approved(second)]).toEqual([[], []]);
    expect(operationOf(operationKey(first))).toBe(first);
    expect(operationOf(`${operationKey(first)}/approved/${BO}`)).toBeNull();
  });

  it('counts for nothing with the digest of another operation’s plan', async () => {
    const [one, two] = await openOperations(world.context.database);
    await click(first, (one?.id === first ? two : one)?.planDigest ?? '');
    expect(answers.at(-1)).toMatchObject({ kind: 'refusal', refusals: [{ code: 'not-waiting' }] });
    await click('op-of-nobody', 'sha256:0');
    expect(answers.at(-1)).toMatchObject({ refusals: [{ code: 'not-waiting', state: 'unknown' }] });
    expect([await approved(first), await approved(second)]).toEqual([[], []]);
  });

  it('counts for nothing by somebody who may not, whatever the message says', async () => {
    await react('1.1', DANA);
    expect(answers.at(-1)).toMatchObject({ refusals: [{ code: 'missing-role' }] });
    expect(await approved(first)).toEqual([]);
  });

  it('counts for the operation of its own message, and for that alone', async () => {
    await react('2.2', BO);
    expect([await approved(first), await approved(second)]).toEqual([[], [BO]]);
    await world.until(second, ({ operation }) => operation.state === 'succeeded');
  });
});
