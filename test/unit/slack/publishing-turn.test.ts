import pg from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/slack/clock.ts';
import { createPublishingTurn } from '../../../src/slack/publishing-turn.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

describe('the turn to publish', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => test.drop());

  it('leaves no connection behind where it could connect and could not listen', async () => {
    const log = pino({ level: 'silent' });
    const turn = createPublishingTurn({ url: test.url, clock: systemClock, log });
    const asked = vi
      .spyOn(pg.Client.prototype, 'query')
      .mockImplementation(() => Promise.reject(new Error('Query read timeout')));
    turn.start({ gained: () => undefined, lost: () => undefined, told: () => undefined });
    await expect.poll(() => asked.mock.calls.length).toBe(3);
    await turn.stop();
    vi.restoreAllMocks();
    await expect.poll(() => connections(test)).toBe(0);
  });
});

async function connections({ database }: TestDatabase): Promise<number> {
  const { rows } = await database.query(
    "select from pg_stat_activity where datname = current_database() and application_name = 'slipway-publisher'",
  );
  return rows.length;
}
