import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveEnded } from '../../../src/alerts/ended.ts';
import { readEvents } from '../../../src/store/alert-events.ts';
import { criticalAlert } from '../../../src/store/alerts.ts';
import { alertedConfig, intakeOn } from '../../support/alert-intake.ts';
import { alertmanagerPayload } from '../../support/alerts.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const MINUTE = 60_000;
const production = { service: 'api', environment: 'production' };
const LONG_AGO = new Date('2026-11-20T00:00:00Z');

let test: TestDatabase;
let now: Date;
let asked: number;
beforeEach(async () => {
  test = await createTestDatabase();
  now = new Date('2026-11-22T03:00:00Z');
  asked = 0;
});
afterEach(() => test.drop());

const intake = () => intakeOn(test.database, () => now);

async function hear(name: string): Promise<void> {
  const body = alertmanagerPayload(name, [
    { name, severity: 'critical', labels: production, startsAt: now.toISOString() },
  ]);
  const hook = intake().webhooks.find((one) => one.name === 'alertmanager');
  expect(await hook?.accept({ headers: {}, body })).toEqual({ kind: 'stored' });
}

/** A look at a source that says so. */
async function look(
  says: { readonly fingerprints?: readonly string[]; readonly startedAt?: Date } = {},
): Promise<void> {
  const { alerts } = alertedConfig;
  if (alerts === undefined) throw new Error('no alerts');
  const { fingerprints = [], startedAt = LONG_AGO } = says;
  const askWhatFires = async () => {
    asked += 1;
    return { fingerprints: new Set(fingerprints), startedAt };
  };
  await resolveEnded(intake().context, { source: 'alertmanager', alerts, askWhatFires });
}

const fires = () => criticalAlert(test.database, production, null);
const later = (milliseconds: number) => {
  now = new Date(now.getTime() + milliseconds);
};

async function fingerprints(): Promise<readonly string[]> {
  const { rows } = await test.database.query<{ fingerprint: string }>(
    'select fingerprint from slipway.alerts',
  );
  return rows.map(({ fingerprint }) => fingerprint);
}

describe('an alert whose end nobody told of', () => {
  it('is resolved once its source does not know it any more, and that is told', async () => {
    await hear('HighErrorRate');
    later(MINUTE);
    await look();
    expect(await fires()).toBeNull();
    const { rows } = await test.database.query(
      'select id, resolved_at as "resolvedAt", version > told_version as untold from slipway.alert_groups',
    );
    expect(rows).toEqual([{ id: rows[0]?.id, resolvedAt: now, untold: true }]);
    expect((await readEvents(test.database, rows[0]?.id)).map(({ kind }) => kind)).toEqual([
      'opened',
      'all-resolved',
    ]);
  });

  it('stays while its source knows it, silenced or not', async () => {
    await hear('HighErrorRate');
    later(MINUTE);
    await look({ fingerprints: await fingerprints() });
    expect(await fires()).toBe('HighErrorRate');
  });

  it('stays when it was heard of while the source was asked', async () => {
    await hear('HighErrorRate');
    await look();
    expect(await fires()).toBe('HighErrorRate');
  });

  it('stays while a member that was started since may not have been told of it again', async () => {
    await hear('HighErrorRate');
    later(MINUTE);
    const startedAt = now;
    later(2 * MINUTE);
    await look({ startedAt });
    expect(await fires()).toBe('HighErrorRate');
    later(4 * MINUTE);
    await look({ startedAt });
    expect(await fires()).toBeNull();
  });

  it('stays when the source does not answer', async () => {
    await hear('HighErrorRate');
    later(MINUTE);
    const { alerts } = alertedConfig;
    if (alerts === undefined) throw new Error('no alerts');
    const askWhatFires = () => Promise.reject(new Error('it is away'));
    const request = { source: 'alertmanager', alerts, askWhatFires };
    await expect(resolveEnded(intake().context, request)).rejects.toThrow('it is away');
    expect(await fires()).toBe('HighErrorRate');
  });

  it('fires again in the same group when it comes back', async () => {
    await hear('HighErrorRate');
    later(MINUTE);
    await look();
    later(MINUTE);
    await hear('HighErrorRate');
    expect(await fires()).toBe('HighErrorRate');
  });
});

it('asks nobody while nothing fires', async () => {
  await look();
  expect(asked).toBe(0);
});
