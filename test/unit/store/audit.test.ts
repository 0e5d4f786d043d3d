import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendAudit, readAudit, verifyAudit } from '../../../src/store/audit.ts';
import { inTransaction } from '../../../src/store/database.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const at = new Date('2026-11-22T03:00:00Z');

describe('the audit trail', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
    const append = (n: number) =>
      inTransaction(test.database, (tx) =>
        appendAudit(
          tx,
          { actor: 'U1', action: 'lock.closed', subject: `s${n}`, detail: { n, b: 1, a: [2] } },
          at,
        ),
      );
    await Promise.all(Array.from({ length: 20 }, (_, n) => append(n)));
  });
  afterAll(() => test.drop());

  it('is whole after concurrent appends', async () => {
    expect(await verifyAudit(readAudit(test.database))).toMatchObject({ ok: true, records: 20 });
  });

  it('refuses to be changed, cut or emptied', async () => {
    await expect(test.database.query("update audit set actor = 'U2'")).rejects.toThrow('append-only');
    await expect(test.database.query('delete from audit')).rejects.toThrow('append-only');
    await expect(test.database.query('truncate audit')).rejects.toThrow('append-only');
  });

  it.each([
    ['a changed line', "update audit set actor = 'U2' where seq = 7", 7],
    ['a missing line', 'delete from audit where seq = 7', 7],
    ['a line put between', 'update audit set seq = seq + 100 where seq > 7', 8],
  ])('shows %s, even when the trigger was taken off', async (_what, sql, brokenAt) => {
    const client = await test.database.connect();
    try {
      await client.query('begin');
      await client.query('alter table audit disable trigger all');
      await client.query(sql);
      expect(await verifyAudit(readAudit(client))).toMatchObject({ ok: false, brokenAt });
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});
