import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import type { OperationContext } from '../../../src/operations/context.ts';
import { submit } from '../../../src/operations/request.ts';
import { createMessages } from '../../../src/slack/messages.ts';
import { en } from '../../../src/slack/words/en.ts';
import { criticalAlert } from '../../../src/store/alerts.ts';
import { openOperations } from '../../../src/store/operations.ts';
import { ANA, config, createOperationsWorld, type OperationsWorld } from '../../support/operations.ts';
import { scriptedTarget } from '../../support/scripted-target.ts';

/** As many as the pool has connections. */
const AT_ONCE = 12;
const names = Array.from({ length: AT_ONCE }, (_, n) => `service-${n}`);

describe('as many operations as there are connections', () => {
  let world: OperationsWorld;
  /** Those that are about to begin: each holds a connection in its transaction. */
  let inside = 0;
  const all = Promise.withResolvers<void>();
  beforeAll(async () => {
    const target = { kind: 'cloud-run', project: 'p', region: 'r', service: 'api' };
    const services = Object.fromEntries(
      names.map((name) => [name, { environments: { staging: { target } } }]),
    );
    const parsed = configSchema.parse({
      roles: { deployer: { users: [ANA] } },
      environments: { staging: { allow: { deploy: ['deployer'] } } },
      services,
    });
    world = await createOperationsWorld({ ...config, ...parsed });
    for (const service of names) {
      const ref = { service, environment: 'staging' };
      world.targets.set(`${service}/staging`, scriptedTarget(ref, ['v1.0.0', 'v1.1.0']));
    }
    const alerts: OperationContext['alerts'] = {
      critical: async (db, ref, after) => {
        if (db !== world.context.database) {
          inside += 1;
          if (inside === AT_ONCE) all.resolve();
          await all.promise;
        }
        return criticalAlert(db, ref, after);
      },
    };
    const messages = createMessages({
      words: en,
      approveReaction: 'white_check_mark',
      rejectReaction: 'no_entry',
      incidentChannelId: null,
      approvers: () => [],
      clock: world.context.clock,
    });
    Object.assign(world.context, { alerts, messages });
  });
  afterAll(() => world.stop());

  it('begin at once, none needing a second one inside its transaction', async () => {
    await Promise.all(
      names.map((service) =>
        submit(world.context, world.engine, {
          deliveryId: `cmd:${service}`,
          requests: [{ kind: 'deploy', target: { service, environment: 'staging' }, version: 'v1.1.0' }],
          options: { emergency: null, reason: null },
          dryRun: false,
          origin: { userId: ANA, channelId: 'C1' },
        }),
      ),
    );
    await all.promise;
    await expect.poll(() => openOperations(world.context.database), { timeout: 30_000 }).toEqual([]);
    const { rows } = await world.context.database.query(
      'select state, count(*)::int as count from slipway.operations group by state',
    );
    expect(rows).toEqual([{ state: 'succeeded', count: AT_ONCE }]);
    // One that waited for a connection in vain would have begun anew.
    expect(inside).toBe(AT_ONCE);
  });
});
