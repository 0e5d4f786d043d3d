import pg from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Delivery } from '../../../src/domain/delivery.ts';
import { createInbox, type Inbox } from '../../../src/operations/inbox.ts';
import { claimDeliveries } from '../../../src/store/inbox.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const ME = 'this process';
const origin = { userId: 'U1', channelId: 'C1' };
const mention: Delivery = { kind: 'mention', id: 'event:1', text: 'deploy', origin };
const command: Delivery = { kind: 'command', id: 'command:1', command: 'deploy', text: 'api', origin };
const form: Delivery = {
  kind: 'form',
  id: 'view:1:a',
  service: 'api',
  environment: 'staging',
  version: 'v1.0.0',
  reason: null,
  origin,
};

describe('a delivery', () => {
  let test: TestDatabase;
  let inbox: Inbox;
  const worked: string[] = [];
  let work: () => Promise<void> = async () => undefined;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  beforeEach(() => {
    worked.length = 0;
    work = async () => undefined;
    inbox = createInbox({
      database: test.database,
      executorId: ME,
      log: pino({ level: 'silent' }),
      isAlive: () => true,
      work: async ({ id }) => {
        worked.push(id);
        await work();
      },
      onKept: () => undefined,
      onUnstored: () => undefined,
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await inbox.idle();
    await test.database.query('delete from slipway.inbox');
  });
  afterAll(() => test.drop());

  const open = async () => {
    const { rows } = await test.database.query('select id from slipway.inbox where done_at is null');
    return rows.map(({ id }) => id);
  };
  /** What is stored came in half a minute ago. */
  const later = () =>
    test.database.query("update slipway.inbox set received_at = received_at - interval '30 seconds'");

  describe('of an event that was stored while the answer was lost', () => {
    it('is worked on once, by the process that has it, also when Slack repeats it', async () => {
      loseAnswer(test);
      await expect(inbox.accept(mention)).rejects.toThrow('ECONNRESET');
      expect(await inbox.accept(mention)).toBe('duplicate');
      await inbox.adopt([ME]);
      expect(worked).toEqual([]);
      await later();
      await inbox.adopt([ME]);
      await inbox.adopt([ME]);
      await inbox.idle();
      expect(worked).toEqual([mention.id]);
      expect(await open()).toEqual([]);
    });

    it('is not begun again while it is being worked on', async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      work = () => promise;
      await inbox.accept(mention);
      await expect.poll(() => worked).toEqual([mention.id]);
      await later();
      await inbox.adopt([ME]);
      expect(await inbox.accept(mention)).toBe('duplicate');
      await inbox.adopt([ME]);
      resolve();
      await inbox.idle();
      await inbox.adopt([ME]);
      expect(worked).toEqual([mention.id]);
    });

    it('is begun once where it is taken over from another process', async () => {
      await test.database.query(
        "insert into slipway.inbox (id, delivery, claimed_by) values ($1, $2, 'one that is gone')",
        [mention.id, JSON.stringify(mention)],
      );
      await later();
      await inbox.adopt([ME]);
      await inbox.idle();
      expect(worked).toEqual([mention.id]);
    });
  });

  describe('that a person was told is not stored', () => {
    it('is left to nobody, though it was stored', async () => {
      loseAnswer(test);
      await expect(inbox.accept(command)).rejects.toThrow('ECONNRESET');
      await expect.poll(open).toEqual([]);
      expect(await claimDeliveries(test.database, { known: [], by: 'another process' })).toEqual([]);
      expect(worked).toEqual([]);
    });

    it('is left to nobody, though it was stored late', async () => {
      const session = await holdTable(test);
      await expect(inbox.accept(command)).rejects.toThrow('did not answer');
      await session.end();
      await inbox.idle();
      expect(await open()).toEqual([]);
      expect(worked).toEqual([]);
    });

    it('is left to nobody, though it is stored after its connection was given up', async () => {
      const session = new pg.Client({ connectionString: test.url });
      await session.connect();
      await session.query('begin');
      await session.query('insert into slipway.inbox (id, delivery, claimed_by) values ($1, $2, $3)', [
        command.id,
        JSON.stringify(command),
        ME,
      ]);
      vi.spyOn(test.database, 'query').mockImplementationOnce(() => Promise.reject(reset()));
      await expect(inbox.accept(command)).rejects.toThrow('ECONNRESET');
      await session.query('commit');
      await session.end();
      await inbox.idle();
      expect(await open()).toEqual([]);
    });

    it('can be sent again', async () => {
      loseAnswer(test);
      await expect(inbox.accept(form)).rejects.toThrow('ECONNRESET');
      await inbox.idle();
      expect(await inbox.accept(form)).toBe('stored');
      await expect.poll(() => worked).toEqual([form.id]);
    });

    it('is refused again until it is put aside, for what is stored of it is not kept', async () => {
      const session = await holdTable(test);
      await expect(inbox.accept(form)).rejects.toThrow('did not answer');
      await expect(inbox.accept(form)).rejects.toThrow('refused a moment ago');
      await session.end();
      await inbox.idle();
      expect(await inbox.accept(form)).toBe('stored');
    });
  });
});

function reset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

/** What is asked next is done, and the connection is gone before that is said. */
function loseAnswer({ database }: TestDatabase): void {
  const query: (...asked: readonly unknown[]) => unknown = database.query;
  vi.spyOn(database, 'query').mockImplementationOnce(async (...asked: unknown[]) => {
    await Reflect.apply(query, database, asked);
    throw reset();
  });
}

/** Nothing is stored in the inbox until that session ends. */
async function holdTable({ url }: TestDatabase): Promise<pg.Client> {
  const session = new pg.Client({ connectionString: url });
  await session.connect();
  await session.query('begin');
  await session.query('lock table slipway.inbox in exclusive mode');
  return session;
}
