import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acknowledge, endSilences, silence } from '../../../src/alerts/act.ts';
import type { AlertContext } from '../../../src/alerts/context.ts';
import { alertedConfig, intakeOn } from '../../support/alert-intake.ts';
import { alertmanagerPayload } from '../../support/alerts.ts';
import { BO, CHEN, createOperationsWorld, type OperationsWorld } from '../../support/operations.ts';

const now = new Date('2026-11-22T03:00:00Z');
const clock = () => now;

let world: OperationsWorld;
let context: AlertContext;
let groupId: string;
const made: string[] = [];

beforeAll(async () => {
  world = await createOperationsWorld();
  const { alerts: settings } = alertedConfig;
  if (settings === undefined) throw new Error('no alerts');
  const roles = ['approver'];
  const silences = {
    create: async ({ id }: { readonly id: string }) => {
      made.push(id);
      return id;
    },
    end: async () => undefined,
  };
  const nothing = async () => undefined;
  context = {
    database: world.context.database,
    settings: { ...settings, allow: { acknowledge: roles, silence: roles } },
    operations: world.context,
    messages: {
      group: nothing,
      line: nothing,
      digest: async () => 1,
      withdraw: async () => [],
      report: nothing,
    },
    channelIdOf: async () => 'C1',
    silences: new Map([['alertmanager', silences]]),
    clock,
    log: pino({ level: 'silent' }),
  };
  await hear('firing');
  const { rows } = await world.context.database.query('select id from slipway.alert_groups');
  groupId = String(rows[0]?.id);
});
afterAll(() => world.stop());

async function hear(status: 'firing' | 'resolved'): Promise<void> {
  const body = alertmanagerPayload('disk', [{ name: 'DiskFull', status }]);
  const { webhooks } = intakeOn(world.context.database, clock);
  await webhooks.find(({ name }) => name === 'alertmanager')?.accept({ headers: {}, body });
}

const act = (userId: string, deliveryId: string) => ({ groupId, userId, deliveryId });

it('says of a click on an outdated message what is, and of one that comes twice nothing', async () => {
  expect(await acknowledge(context, act(BO, 'a'))).toBeNull();
  expect(await acknowledge(context, act(BO, 'a'))).toBeNull();
  expect(await acknowledge(context, act(CHEN, 'b'))).toEqual({ code: 'acknowledged-before', by: BO });

  const wanted = { ...act(BO, 'c'), duration: 60_000, reason: 'known' };
  expect(await silence(context, wanted)).toBeNull();
  expect(await endSilences(context, act(BO, 'd'))).toBeNull();
  expect(await endSilences(context, act(BO, 'd'))).toBeNull();
  expect(await endSilences(context, act(CHEN, 'e'))).toEqual({ code: 'no-silence' });

  await hear('resolved');
  expect(await acknowledge(context, act(CHEN, 'f'))).toEqual({ code: 'alert-over' });
  expect(await silence(context, { ...wanted, deliveryId: 'g' })).toEqual({ code: 'alert-over' });
  expect(made).toHaveLength(1);
});

it('ends a batch that failed for whoever acknowledges it, since SagaForge tells of it once', async () => {
  const body = { event: 'batch_failed', batch_id: 'batch_1', timestamp: '2026-11-22T02:59:00Z', results: [] };
  const { webhooks } = intakeOn(world.context.database, clock);
  const saga = webhooks.find(({ name }) => name === 'sagaforge');
  await saga?.accept({ headers: {}, body });
  const groups = () =>
    world.context.database.query(
      "select id, resolved_at from slipway.alert_groups where source = 'sagaforge'",
    );
  const { rows } = await groups();
  expect(rows).toMatchObject([{ resolved_at: null }]);
  const batch = { ...act(BO, 'h'), groupId: String(rows[0]?.id) };

  expect(await acknowledge(context, batch)).toBeNull();
  expect((await groups()).rows).toMatchObject([{ resolved_at: now }]);
  const { rows: events } = await world.context.database.query(
    "select event ->> 'kind' as kind from slipway.alert_events where group_id = $1 order by seq",
    [batch.groupId],
  );
  expect(events.map(({ kind }) => kind)).toEqual(['opened', 'acknowledged', 'all-resolved']);

  expect(await saga?.accept({ headers: {}, body })).toEqual({ kind: 'duplicate' });
  expect((await groups()).rows).toHaveLength(1);
  expect(await acknowledge(context, { ...batch, userId: CHEN, deliveryId: 'i' })).toEqual({
    code: 'alert-over',
  });
});
