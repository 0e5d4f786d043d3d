import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlertContext } from '../../../src/alerts/context.ts';
import { tellAlerts } from '../../../src/alerts/desk.ts';
import type { DigestRow } from '../../../src/domain/storm.ts';
import { deskOn, intakeOn } from '../../support/alert-intake.ts';
import { alertmanagerPayload } from '../../support/alerts.ts';
import { createOperationsWorld, type OperationsWorld } from '../../support/operations.ts';

const GROUPS = 40;
const SECOND = 1_000;
const names = Array.from({ length: GROUPS }, (_, index) => `Alert${index + 10}`);

let world: OperationsWorld;
let now: Date;
let digests: (readonly DigestRow[])[];
/** The names of groups in the order in which their messages were put, each edit again. */
let put: string[];

beforeEach(async () => {
  world = await createOperationsWorld();
  now = new Date('2026-11-22T03:00:00Z');
  digests = [];
  put = [];
});
afterEach(() => world.stop());

function contextOf(): AlertContext {
  return deskOn(world.context, {
    messages: {
      group: async (_tx, { view }) => void put.push(view.alerts[0]?.name ?? ''),
      digest: async (_tx, { groups }) => {
        digests.push(groups);
        return 1;
      },
    },
    clock: () => now,
  });
}

async function hear(name: string, status: 'firing' | 'resolved' = 'firing'): Promise<void> {
  const severity = name === names[7] ? 'critical' : 'warning';
  const body = alertmanagerPayload(name, [{ name, status, severity, labels: { service: 'api' } }]);
  const { webhooks } = intakeOn(world.context.database, () => now);
  await webhooks.find((one) => one.name === 'alertmanager')?.accept({ headers: {}, body });
}

/** The desk, a look each second. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    now = new Date(now.getTime() + SECOND);
    await tellAlerts(contextOf());
  }
}

describe('a storm', () => {
  it('is one digest and its critical groups; afterwards what still fires gets messages, one by one', async () => {
    for (const name of names) await hear(name);
    await pass(3);
    expect(
      digests
        .at(-1)
        ?.map(({ name }) => name)
        .sort(),
    ).toEqual(names);
    expect(put).toEqual([names[7]]);

    for (const name of names.slice(10)) await hear(name, 'resolved');
    await pass(60);
    const inStorm = put.length;
    expect(digests.at(-1)?.filter(({ state }) => state === 'firing')).toHaveLength(10);
    await pass(9);
    expect(put.length - inStorm).toBe(3);
    await hear(names[5] ?? '', 'resolved');
    await pass(60);
    const expected = names.slice(0, 10).filter((name) => name !== names[5] && name !== names[7]);
    expect([...new Set(put.slice(1))].sort()).toEqual(expected);

    const edited = put.filter((name) => name === names[0]).length;
    await hear(names[0] ?? '', 'resolved');
    await pass(2);
    expect(put.filter((name) => name === names[0])).toHaveLength(edited + 1);
  });

  it('is not what comes already resolved', async () => {
    for (const name of names) await hear(name, 'resolved');
    await pass(3);
    expect(digests).toEqual([]);
    expect(put).toEqual([]);
  });
});
