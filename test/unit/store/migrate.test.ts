import { describe, expect, it } from 'vitest';
import { migrate } from '../../../src/store/migrate.ts';
import { createTestDatabase } from '../../support/database.ts';

describe('migrations', () => {
  it('run once, however often and from however many replicas they are asked for', async () => {
    const test = await createTestDatabase();
    await Promise.all([migrate(test.database), migrate(test.database)]);
    const { rows } = await test.database.query('select name from migrations');
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
    await test.drop();
  });
});
