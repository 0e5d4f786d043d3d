import { beforeAll, describe, expect, it } from 'vitest';
import { type RenderedPicture, renderCanaryPicture } from '../../../src/picture/render.ts';
import { putPicture } from '../../../src/store/pictures.ts';
import { PRIORITY } from '../../../src/store/publications.ts';
import { pictureOf } from '../../unit/picture/pictures.ts';
import { DEPLOYS } from '../playground-slack/running-workspace.ts';
import { eventuallySo, type Rig, startPublisher, startRig } from './rig.ts';

let rendered: RenderedPicture;

beforeAll(async () => {
  rendered = await renderCanaryPicture(pictureOf());
});

describe('pictures against the local Slack', () => {
  it('are shared in the thread with their title, their alternative text and every byte', async () => {
    const rig = await startRig();
    startPublisher(rig);
    await putInThread(rig);
    await eventuallySo(async () => expect(await repliesOf(rig)).toHaveLength(1));
    const [reply] = await repliesOf(rig);
    expect(reply).toMatchObject({ text: 'The canary was aborted', subtype: 'file_share' });
    expect(reply?.files).toMatchObject([
      { name: 'canary.png', title: 'Canary of api', alt_txt: rendered.alt, mimetype: 'image/png' },
    ]);
    expect(await bytesOf(reply?.files?.[0]?.url_private ?? '')).toEqual(Buffer.from(rendered.png));
    expect(rig.refused()).toEqual({});
  });

  it.each([
    'files.getUploadURLExternal',
    'files.completeUploadExternal',
    'conversations.replies',
  ])('are shown once when the reply of %s is lost', async (method) => {
    const rig = await startRig();
    startPublisher(rig);
    await rig.slack.control('/faults', { method, kind: 'lose', calls: 1 });
    await rig.slack.control('/faults', { method: 'files.completeUploadExternal', kind: 'lose', calls: 1 });
    await putInThread(rig);
    await eventuallySo(async () => expect(await isSettled(rig)).toBe(true));
    expect(await repliesOf(rig)).toHaveLength(1);
  });

  it.each([
    'files.getUploadURLExternal',
    'files.completeUploadExternal',
  ])('wait when Slack limits %s', async (method) => {
    const rig = await startRig();
    const { observed } = startPublisher(rig);
    await rig.slack.control('/faults', { method, kind: 'ratelimited', retryAfter: 1, calls: 2 });
    await putInThread(rig);
    await eventuallySo(async () => expect(await isSettled(rig)).toBe(true));
    expect(await repliesOf(rig)).toHaveLength(1);
    expect(observed.filter(({ result }) => result === 'limited')).toHaveLength(2);
  });

  it.each([
    ['after the upload', 'attempted_at is not null', 0],
    ['after Slack showed it', 'sent_version > 0', 1],
  ])('are shown once when the process is killed %s', async (_, moment, shown) => {
    const rig = await startRig();
    const first = startPublisher(rig);
    await breakAt(rig, moment);
    await putInThread(rig);
    await eventuallySo(async () => {
      expect(rig.slack.workspace.store.files.all()).toHaveLength(1);
      expect(await repliesOf(rig)).toHaveLength(shown);
    });
    await eventuallySo(async () => expect(await uploadOf(rig)).not.toBeNull());
    await first.kill();
    await rig.test.database.query('drop trigger broken on slipway.publications');
    startPublisher(rig);
    await eventuallySo(async () => expect(await isSettled(rig)).toBe(true));
    expect(await repliesOf(rig)).toHaveLength(1);
    expect(rig.slack.workspace.store.files.all()).toHaveLength(1);
  });

  it('come after an outage, once', async () => {
    const rig = await startRig();
    startPublisher(rig);
    await rig.slack.control('/faults', { method: '*', kind: 'error', forMs: 3_000 });
    await putInThread(rig);
    await eventuallySo(async () => expect(await isSettled(rig)).toBe(true));
    expect(await repliesOf(rig)).toHaveLength(1);
  });
});

/** Makes every write fail that would bring the picture's row there, as if the process had ended before it. */
async function breakAt({ test }: Rig, moment: string): Promise<void> {
  await test.database.query(
    `create function slipway.broken() returns trigger language plpgsql as $$
     begin if new.key = 'op/picture' and new.${moment} then raise exception 'killed'; end if; return new; end $$;
     create trigger broken before update on slipway.publications for each row execute function slipway.broken()`,
  );
}

async function putInThread(rig: Rig): Promise<void> {
  await rig.put('op');
  await putPicture(rig.test.database, {
    key: 'op/picture',
    channelId: DEPLOYS,
    thread: { kind: 'publication', key: 'op' },
    priority: PRIORITY.thread,
    content: { text: 'The canary was aborted', blocks: [] },
    picture: { filename: 'canary.png', title: 'Canary of api', ...rendered },
  });
}

/** Whether the publisher takes the picture for shown. */
async function isSettled({ test }: Rig): Promise<boolean> {
  const { rows } = await test.database.query<{ pending: boolean }>(
    "select pending from slipway.publications where key = 'op/picture'",
  );
  return rows[0]?.pending === false;
}

async function uploadOf({ test }: Rig): Promise<string | null> {
  const { rows } = await test.database.query<{ file_id: string | null }>(
    'select file_id from slipway.pictures',
  );
  return rows[0]?.file_id ?? null;
}

async function repliesOf({ slack }: Rig) {
  const { messages = [] } = await slack.as('ana').conversations.history({ channel: DEPLOYS });
  const ts = messages[0]?.ts;
  if (ts === undefined) return [];
  const thread = await slack.as('ana').conversations.replies({ channel: DEPLOYS, ts });
  return thread.messages?.slice(1) ?? [];
}

async function bytesOf(url: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}
