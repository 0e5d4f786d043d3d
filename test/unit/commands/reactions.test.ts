import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workOn } from '../../../commands/deliveries.ts';
import type { DeliveryContext } from '../../../commands/delivery-context.ts';
import type { Delivery } from '../../../src/domain/delivery.ts';
import { submit } from '../../../src/operations/request.ts';
import { readApprovals } from '../../../src/store/approvals.ts';
import { openOperations } from '../../../src/store/operations.ts';
import { ANA, BO, createOperationsWorld, type OperationsWorld } from '../../support/operations.ts';

const channelId = 'C1';
const approve = 'white_check_mark';

describe('a reaction that Slack tells of', () => {
  let world: OperationsWorld;
  let operationId: string;
  let standing: readonly string[] = [];
  beforeAll(async () => {
    world = await createOperationsWorld();
    await submit(world.context, world.engine, {
      deliveryId: 'cmd:1',
      requests: [
        { kind: 'deploy', target: { service: 'api', environment: 'production' }, version: 'v1.1.0' },
      ],
      options: { emergency: null, reason: null },
      dryRun: false,
      origin: { userId: ANA, channelId },
    });
    operationId = (await openOperations(world.context.database))[0]?.id ?? '';
  });
  afterAll(() => world.stop());

  const context = (): DeliveryContext => ({
    operations: world.context,
    engine: world.engine,
    vocabulary: () => Promise.reject(new Error('nothing was typed')),
    answer: () => Promise.reject(new Error('nobody is answered')),
    takeBack: () => Promise.reject(new Error('nobody was answered')),
    alerts: null,
    reasonOfSilence: 'no reason',
    operationAt: async () => operationId,
    readReactions: async () => ({ approve: standing, reject: [] }),
    reactions: { approve, reject: 'no_entry' },
  });

  function added(id: string, at: Date): Delivery {
    const reaction = { reaction: approve, userId: BO, channelId, messageTs: '1.1', at: at.getTime() };
    return { kind: 'reaction', id, change: 'added', ...reaction };
  }

  it('is no approval when it is gone again by the time it is heard of', async () => {
    standing = [];
    await workOn(context(), added('evt:1', new Date(world.context.clock().getTime() - 60_000)));
    expect(await readApprovals(world.context.database, operationId)).toEqual([]);
  });

  it('is one when it still stands, however late it is heard of', async () => {
    standing = [BO];
    await workOn(context(), added('evt:2', new Date(world.context.clock().getTime() - 60_000)));
    expect(await readApprovals(world.context.database, operationId)).toMatchObject([{ userId: BO }]);
    await world.until(operationId, ({ operation }) => operation.state === 'succeeded');
  });
});
