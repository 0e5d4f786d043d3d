import { describe, expect, it } from 'vitest';
import { watchStoring } from '../../../src/operations/storing.ts';
import { createTestDatabase } from '../../support/database.ts';

describe('whether what comes in can be stored', () => {
  it('is in doubt after something could not be, until storing works again', async () => {
    const test = await createTestDatabase();
    const storing = watchStoring(test.database);
    expect(await storing.trouble()).toBeNull();
    await test.database.query('alter table slipway.inbox add constraint no_room check (length(id) < 3)');
    expect(await storing.trouble()).toBeNull();
    storing.failed();
    expect(await storing.trouble()).toMatch(/^the database stores nothing: .*no_room/);
    await test.database.query('alter table slipway.inbox drop constraint no_room');
    expect(await storing.trouble()).toBeNull();
    const { rows } = await test.database.query('select id from slipway.inbox');
    expect(rows).toEqual([]);
    await test.drop();
  });
});
