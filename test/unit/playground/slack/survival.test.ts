import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openJournal } from '../../../../src/playground/journal.ts';
import { issueResponseUrl, useResponseUrl } from '../../../../src/playground/slack/response-urls.ts';
import { ANA, BOT, DEPLOYS, offlineWorkspace } from './offline-workspace.ts';

function journalPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'slack-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'slack.jsonl');
}

test('a workspace that died in the middle of a write comes back as people last saw it', async () => {
  const path = journalPath();
  const before = offlineWorkspace(openJournal(path));
  const { ts } = await before.call(BOT, 'chat.postMessage', { channel: DEPLOYS, text: 'one' });
  await before.call(ANA, 'chat.postMessage', { channel: DEPLOYS, text: 'reply', thread_ts: ts });
  await before.call(BOT, 'chat.update', { channel: DEPLOYS, ts, text: 'two' });
  await before.call(ANA, 'reactions.add', { channel: DEPLOYS, timestamp: ts, name: 'white_check_mark' });
  await before.call(BOT, 'chat.postEphemeral', { channel: DEPLOYS, user: ANA.userId, text: 'for you' });
  await before.call(ANA, 'conversations.mark', { channel: DEPLOYS, ts });
  const url = issueResponseUrl(before.workspace, {
    channel: DEPLOYS,
    user: ANA.userId,
    thread_ts: null,
    original: null,
  });
  const seen = await before.call(ANA, 'conversations.history', { channel: DEPLOYS });
  appendFileSync(path, '{"table":"messages","id":"C0DEP');

  const after = offlineWorkspace(openJournal(path));
  expect(await after.call(ANA, 'conversations.history', { channel: DEPLOYS })).toEqual(seen);
  expect(await after.call(ANA, 'conversations.info', { channel: DEPLOYS })).toMatchObject({
    channel: { last_read: ts },
  });
  expect(useResponseUrl(after.workspace, url.split('/').at(-1) ?? '', { text: 'late' }).status).toBe(200);
});

test('no timestamp is given twice, also when the clock stands still over a restart', async () => {
  const path = journalPath();
  const stamps: unknown[] = [];
  for (let life = 0; life < 2; life += 1) {
    const { call } = offlineWorkspace(openJournal(path));
    for (let turn = 0; turn < 2; turn += 1)
      stamps.push((await call(BOT, 'chat.postMessage', { channel: DEPLOYS, text: 'x' })).ts);
  }
  expect(new Set(stamps).size).toBe(4);
  expect([...stamps].sort()).toEqual(stamps);
});

test('events that the app never acknowledged are still owed to it after a restart', async () => {
  const path = journalPath();
  const before = offlineWorkspace(openJournal(path));
  await before.call(ANA, 'chat.postMessage', { channel: DEPLOYS, text: 'anyone?' });
  const after = offlineWorkspace(openJournal(path));
  expect(after.workspace.store.pendingEvents.all()).toMatchObject([
    { payload: { event: { type: 'message', text: 'anyone?' } } },
  ]);
});
