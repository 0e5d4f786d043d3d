import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  discardUpload,
  forgetPicture,
  type PicturePublication,
  putPicture,
  readPicture,
  recordUpload,
} from '../../../src/store/pictures.ts';
import {
  PRIORITY,
  pendingPublications,
  putPublication,
  recordSent,
} from '../../../src/store/publications.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

afterAll(async () => test.drop());

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0xff]);

describe('pictures', () => {
  it('are pending with how far they have come, and keep their bytes to themselves', async () => {
    const key = await put('pending');
    expect(await pending(key)).toMatchObject({
      content: { text: 'pending' },
      picture: { filename: 'canary.png', title: 'Canary', alt: 'two lines', fileId: null, pastFileIds: [] },
    });
    expect(await readPicture(test.database, key)).toEqual(PNG);
    await recordUpload(test.database, key, 'F1');
    expect((await pending(key))?.picture).toMatchObject({ fileId: 'F1', pastFileIds: [] });
  });

  it('stay what was put first', async () => {
    const key = await put('first');
    await put('first', { content: { text: 'second' } });
    expect(await pending(key)).toMatchObject({ content: { text: 'first' }, version: 1 });
    await recordSent(test.database, { key, ts: null, version: 1 });
    await put('first', { content: { text: 'third' } });
    expect(await pending(key)).toBeUndefined();
  });

  it('are shown without a ts, and lose their bytes then', async () => {
    const key = await put('shown');
    await recordSent(test.database, { key, ts: null, version: 1 });
    await forgetPicture(test.database, key);
    expect(await pending(key)).toBeUndefined();
    expect(await readPicture(test.database, key)).toBeNull();
  });

  it('remember the uploads that could not be shared', async () => {
    const key = await put('discarded');
    await recordUpload(test.database, key, 'F1');
    await discardUpload(test.database, key);
    await discardUpload(test.database, key);
    await recordUpload(test.database, key, 'F2');
    expect((await pending(key))?.picture).toMatchObject({ fileId: 'F2', pastFileIds: ['F1'] });
  });

  it('wait for the message on whose thread they hang', async () => {
    await putPublication(test.database, {
      key: 'parent',
      channelId: 'C1',
      thread: null,
      priority: PRIORITY.operation,
      content: { text: 'parent' },
      reactions: [],
    });
    const key = await put('reply', { thread: { kind: 'publication', key: 'parent' } });
    expect(await pending(key)).toBeUndefined();
    await recordSent(test.database, { key: 'parent', ts: '7.1', version: 1 });
    expect(await pending(key)).toMatchObject({ threadTs: '7.1' });
  });

  it('leave messages without a picture as they are', async () => {
    const publication = { channelId: 'C1', thread: null, priority: 0, content: { text: 'x' } } as const;
    await putPublication(test.database, { ...publication, key: 'plain', reactions: [] });
    expect(await pending('plain')).toMatchObject({ picture: null });
  });
});

async function put(
  key: string,
  changes: Partial<PicturePublication<{ text: string }>> = {},
): Promise<string> {
  await putPicture(test.database, {
    key,
    channelId: 'C1',
    thread: null,
    priority: PRIORITY.thread,
    content: { text: key },
    picture: { filename: 'canary.png', title: 'Canary', alt: 'two lines', png: PNG },
    ...changes,
  });
  return key;
}

async function pending(key: string) {
  return (await pendingPublications(test.database, 50)).find((publication) => publication.key === key);
}
