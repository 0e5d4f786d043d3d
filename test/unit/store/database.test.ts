import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, inTransaction, openDatabase } from '../../../src/store/database.ts';
import { throughOutages } from '../../../src/store/outage.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type Relay, startRelay } from '../../support/relay.ts';

const CONNECTIONS = 12;
const OURS = "from pg_stat_activity where datname = current_database() and application_name = 'slipway'";

describe('connections to the database', () => {
  let postgres: TestDatabase;
  let relay: Relay;
  let bot: Database;
  beforeEach(async () => {
    postgres = await createTestDatabase();
    const url = new URL(postgres.url);
    relay = await startRelay({ to: Number(url.port) });
    url.port = String(relay.port);
    bot = openDatabase(url.href, () => undefined);
  });
  afterEach(async () => {
    await bot.end();
    await relay.stop();
    await postgres.drop();
  });

  const all = (sql: string) => Promise.all(Array.from({ length: CONNECTIONS }, () => bot.query(sql)));
  const open = async (): Promise<number> => {
    const { rows } = await postgres.database.query<{ n: string }>(
      `select count(*) as n ${OURS} and pid <> pg_backend_pid() and query like '%/* busy */'`,
    );
    return Number(rows[0]?.n);
  };

  it('that end while they pass from one user to the next end nothing else', async () => {
    await all('select pg_sleep(0.05)');
    relay.hold();
    const answers = all('select 1 /* busy */');
    const next = throughOutages(() => inTransaction(bot, (tx) => tx.query('select 2 as two')));
    await expect.poll(open).toBe(CONNECTIONS);
    await postgres.database.query(
      `select pg_terminate_backend(pid, 5000) ${OURS} and query like '%/* busy */'`,
    );
    relay.letGo();
    expect(await answers).toHaveLength(CONNECTIONS);
    expect((await next).rows).toEqual([{ two: 2 }]);
  });
});
