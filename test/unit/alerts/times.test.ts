import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acknowledge, silence } from '../../../src/alerts/act.ts';
import type { AlertContext, ShownGroup } from '../../../src/alerts/context.ts';
import { tellAlerts } from '../../../src/alerts/desk.ts';
import { renderAlertEvent, titleOf } from '../../../src/slack/render/alert.ts';
import { en } from '../../../src/slack/words/en.ts';
import { alertedConfig, intakeOn } from '../../support/alert-intake.ts';
import { alertmanagerPayload, type TestAlert } from '../../support/alerts.ts';
import { BO, createOperationsWorld, type OperationsWorld } from '../../support/operations.ts';

const MINUTE = 60_000;
let now: Date;
const clock = () => now;
let world: OperationsWorld;
let context: AlertContext;
let groups = 0;
/** What the thread of the group was told, and how its message reads. */
let lines: string[];
let shown: ShownGroup | null;

beforeAll(async () => {
  world = await createOperationsWorld();
  const { alerts: settings } = alertedConfig;
  if (settings === undefined) throw new Error('no alerts');
  const roles = ['approver'];
  context = {
    database: world.context.database,
    settings: { ...settings, allow: { acknowledge: roles, silence: roles } },
    operations: world.context,
    messages: {
      group: async (_tx, group) => {
        shown = group;
      },
      line: async (_tx, { event }) => {
        lines.push(renderAlertEvent(event, null, en)?.text ?? '');
      },
      digest: async () => 1,
      withdraw: async () => [],
      report: async () => undefined,
    },
    channelIdOf: async () => 'C1',
    silences: new Map([['alertmanager', { create: async ({ id }) => id, end: async () => undefined }]]),
    clock,
    log: pino({ level: 'silent' }),
  };
});
afterAll(() => world.stop());

beforeEach(async () => {
  now = new Date('2026-11-22T03:00:00Z');
  lines = [];
  await world.context.database.query('delete from slipway.alert_groups');
  groups += 1;
  await hear({ name: 'DiskFull' });
  await minutesLater(1);
});

async function hear(...alerts: readonly TestAlert[]): Promise<void> {
  const { webhooks } = intakeOn(world.context.database, clock);
  const body = alertmanagerPayload(`disk ${groups}`, alerts, { alertname: 'DiskFull' });
  await webhooks.find(({ name }) => name === 'alertmanager')?.accept({ headers: {}, body });
}

/** Tells what is to be told after so many minutes. */
async function minutesLater(minutes: number): Promise<void> {
  now = new Date(now.getTime() + minutes * MINUTE);
  await tellAlerts(context);
}

const title = () => (shown === null ? '' : titleOf(shown.view, { words: en, now }));
const act = (deliveryId: string) => ({
  groupId: shown?.view.group.id ?? '',
  userId: BO,
  deliveryId: `${deliveryId} ${groups}`,
});

describe('an alert that goes on firing', () => {
  it('is said again every half an hour, and not in between', async () => {
    await minutesLater(28);
    expect(lines).toEqual([]);
    await minutesLater(2);
    expect(lines).toEqual(['⏰ Still firing, and nobody has acknowledged it.']);
    await minutesLater(29);
    expect(lines).toHaveLength(1);
    await minutesLater(1);
    expect(lines).toHaveLength(2);
  });

  it('is said again to whoever acknowledged it, half an hour later', async () => {
    await minutesLater(20);
    expect(await acknowledge(context, act('ack'))).toBeNull();
    await minutesLater(29);
    expect(lines).toEqual([`👀 <@${BO}> acknowledged it.`]);
    await minutesLater(1);
    expect(lines[1]).toBe(`⏰ <@${BO}> It still fires; you acknowledged it.`);
  });

  it('is not said while it is silenced; that the silence ends by its time is', async () => {
    expect(await silence(context, { ...act('silence'), duration: 120 * MINUTE, reason: 'known' })).toBeNull();
    await minutesLater(119);
    expect(lines).toHaveLength(1);
    expect(title()).toContain('Silenced');
    await minutesLater(1);
    expect(lines[1]).toBe('🔔 The silence is over.');
    expect(title()).toContain('Firing');
  });

  it('says nothing once it is resolved', async () => {
    await hear({ name: 'DiskFull', status: 'resolved' });
    await minutesLater(60);
    expect(lines).toEqual([expect.stringContaining('Everything is resolved')]);
  });
});

describe('a worse alert', () => {
  const worse = { name: 'DiskFull', severity: 'critical', labels: { instance: 'db-1' } };

  it('opens a group again that somebody acknowledged, and says so', async () => {
    await acknowledge(context, act('ack'));
    await hear({ name: 'DiskFull', labels: { instance: 'db-2' } });
    await minutesLater(1);
    expect(title()).toContain('Acknowledged');
    await hear(worse);
    await minutesLater(1);
    expect(title()).toContain('CRITICAL · Firing');
    expect(lines.at(-1)).toBe(
      `🔴 *CRITICAL now*: worse than what <@${BO}> acknowledged, so it is open again.`,
    );
    expect(await acknowledge(context, act('again'))).toBeNull();
    await minutesLater(1);
    expect(title()).toContain('CRITICAL · Acknowledged');
  });

  it('is not hidden by a silence that was made before', async () => {
    await silence(context, { ...act('silence'), duration: 120 * MINUTE, reason: 'known' });
    await minutesLater(1);
    expect(title()).toContain('Silenced');
    await hear(worse);
    await minutesLater(1);
    expect(title()).toContain('CRITICAL · Firing');
    expect(lines.at(-1)).toBe('🔴 *CRITICAL now*: worse than what was silenced.');
  });
});
