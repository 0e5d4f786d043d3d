import { describe, expect, it } from 'vitest';
import { inTransaction } from '../../../src/store/database.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { isOutage } from '../../../src/store/outage.ts';
import { createTestDatabase } from '../../support/database.ts';

describe('a connection that is cut in the middle of a transaction', () => {
  it('fails the transaction and nothing else', async () => {
    const test = await createTestDatabase();
    const work = inTransaction(test.database, async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await test.database.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await tx.query('select 1');
    });
    const error = await work.catch((caught: unknown) => caught);
    expect(isOutage(error)).toBe(true);
    await test.drop();
  });
});

describe('migrations', () => {
  it('run once, however often and from however many replicas they are asked for', async () => {
    const test = await createTestDatabase();
    await Promise.all([migrate(test.database), migrate(test.database)]);
    const { rows } = await test.database.query('select name from migrations');
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
    await test.drop();
  });
});
