import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlertContext } from '../../../src/alerts/context.ts';
import { tellAlerts } from '../../../src/alerts/desk.ts';
import { nothingWaits, type Waiting } from '../../../src/alerts/waiting.ts';
import { deskOn, intakeOn } from '../../support/alert-intake.ts';
import { alertmanagerPayload } from '../../support/alerts.ts';
import { createOperationsWorld, type OperationsWorld } from '../../support/operations.ts';

const SECOND = 1_000;
let world: OperationsWorld;
let now: Date;
let waiting: Waiting;
/** The names of groups whose message was put. */
let put: string[];
/** Every line of the log. */
let logged: string[];
/** What is wrong at the moment, and with which channel or group. */
let channelIdOf: AlertContext['channelIdOf'];
let broken: string | null;

beforeEach(async () => {
  world = await createOperationsWorld();
  now = new Date('2026-11-22T03:00:00Z');
  waiting = nothingWaits();
  put = [];
  logged = [];
  channelIdOf = async () => 'C1';
  broken = null;
});
afterEach(() => world.stop());

function contextOf(): AlertContext {
  return deskOn(world.context, {
    messages: {
      group: async (_tx, { view }) => {
        const name = view.alerts[0]?.name ?? '';
        if (name === broken) throw new Error('what cannot be rendered');
        put.push(name);
      },
    },
    channelIdOf: (spelling) => channelIdOf(spelling),
    clock: () => now,
    log: pino({}, { write: (line) => void logged.push(JSON.parse(line).msg) }),
  });
}

/** An alert fires for a channel, each later than the one before. */
async function hear(name: string, channel: string): Promise<void> {
  now = new Date(now.getTime() + SECOND);
  const body = alertmanagerPayload(name, [{ name }]);
  const { webhooks } = intakeOn(world.context.database, () => now);
  await webhooks.find((one) => one.name === 'alertmanager')?.accept({ headers: {}, body });
  await world.context.database.query(
    `update slipway.alert_groups set channel = $2 where group_labels ->> 'alertname' = $1`,
    [name, channel],
  );
}

async function look(): Promise<void> {
  now = new Date(now.getTime() + SECOND);
  await tellAlerts(contextOf(), waiting);
}

describe('a channel that Slack does not tell of', () => {
  it.each([
    ['knows no such channel', async () => null],
    ['does not say which channel', async () => Promise.reject(new Error('ratelimited'))],
  ])('(%s) is no reason for alerts of others to wait, and is logged once', async (why, answer) => {
    channelIdOf = async (channel) => (channel === '#mistyped' ? answer() : 'C1');
    await hear('Lost', '#mistyped');
    await hear('Heard', '#incidents');
    for (const _ of [1, 2, 3]) await look();
    expect(put).toEqual(['Heard']);
    expect(logged).toEqual([expect.stringContaining(why)]);
    channelIdOf = async () => 'C2';
    await look();
    expect(put).toEqual(['Heard', 'Lost']);
  });

  it('does not take the places of others, however many alerts wait for it', async () => {
    channelIdOf = async (channel) => (channel === '#mistyped' ? null : 'C1');
    await hear('Lost', '#mistyped');
    await world.context.database.query(
      `insert into slipway.alert_groups (id, series, number, source, group_key, group_labels, channel, opened_at)
       select id || n, series || n, number, source, group_key, group_labels, channel, opened_at - interval '1 hour'
       from slipway.alert_groups, generate_series(1, 200) n`,
    );
    await hear('Heard', '#incidents');
    for (const _ of [1, 2]) await look();
    expect(put).toEqual(['Heard']);
  });
});

it('a group that cannot be told is logged once, and the others are told', async () => {
  broken = 'Broken';
  await hear('Broken', '#incidents');
  await hear('Heard', '#incidents');
  for (const _ of [1, 2, 3]) await look();
  expect(put).toEqual(['Heard']);
  expect(logged).toEqual(['a group of alerts cannot be told, and waits']);
  broken = null;
  await look();
  expect(put).toEqual(['Heard', 'Broken']);
});
