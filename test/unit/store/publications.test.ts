import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../../src/store/database.ts';
import {
  findMessage,
  findPublicationKey,
  markAttempt,
  PRIORITY,
  type Publication,
  pendingPublications,
  putPublication,
  recordFailure,
  recordReaction,
  recordSent,
  unmarkAttempt,
} from '../../../src/store/publications.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

afterAll(async () => test.drop());

describe('publications', () => {
  it('are pending until what is wanted is what was sent', async () => {
    const key = await put('sent', { content: { text: 'one' } });
    expect(await pending(key)).toMatchObject({
      content: { text: 'one' },
      version: 1,
      sentVersion: 0,
      ts: null,
    });
    await recordSent(test.database, { key, ts: '1.1', version: 1 });
    expect(await pending(key)).toBeUndefined();
    await put('sent', { content: { text: 'two' } });
    expect(await pending(key)).toMatchObject({
      content: { text: 'two' },
      version: 2,
      sentVersion: 1,
      ts: '1.1',
    });
  });

  it('are nothing new when they say the same again', async () => {
    const key = await put('same', {});
    await recordSent(test.database, { key, ts: '2.1', version: 1 });
    await put('same', {});
    expect(await pending(key)).toBeUndefined();
  });

  it('are pending while reactions are missing', async () => {
    const key = await put('reactions', { reactions: ['white_check_mark', 'no_entry'] });
    await recordSent(test.database, { key, ts: '3.1', version: 1 });
    await recordReaction(test.database, key, 'no_entry');
    await recordReaction(test.database, key, 'no_entry');
    expect(await pending(key)).toMatchObject({ reactionsAdded: ['no_entry'] });
    await recordReaction(test.database, key, 'white_check_mark');
    expect(await pending(key)).toBeUndefined();
  });

  it('wait for the message that they answer, and learn their thread from it', async () => {
    const key = await put('parent', {});
    const line = await put('parent/log/1', { thread: { kind: 'publication', key } });
    expect(await pending(line)).toBeUndefined();
    await recordSent(test.database, { key, ts: '4.1', version: 1 });
    expect(await pending(line)).toMatchObject({ threadTs: '4.1' });
  });

  it('stay in the thread in which the operation was asked for', async () => {
    const key = await put('asked', { thread: { kind: 'message', ts: '5.0' } });
    const line = await put('asked/log/1', { thread: { kind: 'publication', key } });
    await recordSent(test.database, { key, ts: '5.1', version: 1 });
    expect(await pending(line)).toMatchObject({ threadTs: '5.0' });
  });

  it('remember an attempt until Slack refused it, and keep the first ts', async () => {
    const key = await put('attempt', {});
    expect(await markAttempt(test.database, key, new Date())).toBe(true);
    expect((await pending(key))?.attemptedAt).toBeInstanceOf(Date);
    await unmarkAttempt(test.database, key);
    expect((await pending(key))?.attemptedAt).toBeNull();
    await recordSent(test.database, { key, ts: '6.1', version: 1 });
    await recordSent(test.database, { key, ts: '6.2', version: 1 });
    expect(await findMessage(test.database, key)).toEqual({ key, channelId: 'C1', ts: '6.1' });
    expect(await markAttempt(test.database, key, new Date())).toBe(false);
  });

  it('rest after a failure until their time, or until they say something else', async () => {
    const key = await put('failed', {});
    const later = new Date(Date.now() + 600_000);
    await recordFailure(test.database, { key, failure: 'is_archived', retryAt: later });
    expect(await pending(key)).toBeUndefined();
    await put('failed', { content: { text: 'other' } });
    expect(await pending(key)).toMatchObject({ failure: null });
  });

  it('are found by their message', async () => {
    const key = await put('found', {});
    await recordSent(test.database, { key, ts: '7.1', version: 1 });
    expect(await findPublicationKey(test.database, { channelId: 'C1', ts: '7.1' })).toBe(key);
    expect(await findPublicationKey(test.database, { channelId: 'C2', ts: '7.1' })).toBeNull();
  });

  it('come in order of priority, then of waiting, so many of each channel', async () => {
    for (const [key, priority] of [
      ['a2', 2],
      ['b1', 1],
      ['c0', 0],
      ['d1', 1],
    ] as const) {
      await put(`order/${key}`, { channelId: 'C-order', priority });
    }
    await put('order/elsewhere', { channelId: 'C-other' });
    const keys = (await pendingPublications(test.database, 3)).map(({ key }) => key);
    expect(keys.filter((key) => key.startsWith('order/'))).toEqual([
      'order/c0',
      'order/elsewhere',
      'order/b1',
      'order/d1',
    ]);
  });

  it('tell nobody before their transaction is committed, and nothing if it is not', async () => {
    await expect(
      inTransaction(test.database, async (tx) => {
        await putPublication(tx, publication('rolled-back', {}));
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await pending('rolled-back')).toBeUndefined();
  });
});

async function put(key: string, changes: Partial<Publication<{ text: string }>>): Promise<string> {
  await putPublication(test.database, publication(key, changes));
  return key;
}

function publication(
  key: string,
  changes: Partial<Publication<{ text: string }>>,
): Publication<{ text: string }> {
  return {
    key,
    channelId: 'C1',
    thread: null,
    priority: PRIORITY.operation,
    content: { text: 'hello' },
    reactions: [],
    ...changes,
  };
}

async function pending(key: string) {
  const all = await pendingPublications<{ text: string }>(test.database, 1_000);
  return all.find((each) => each.key === key);
}
