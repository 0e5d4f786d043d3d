import { expect, test } from 'vitest';
import { issueResponseUrl, useResponseUrl } from '../../../../src/playground/slack/response-urls.ts';
import { ANA, BOT, DEPLOYS, offlineWorkspace } from './offline-workspace.ts';

const COMMAND = { channel: DEPLOYS, user: ANA.userId, thread_ts: null, original: null };

function startWithUrl(origin: Parameters<typeof issueResponseUrl>[1] = COMMAND) {
  const slack = offlineWorkspace();
  const id = issueResponseUrl(slack.workspace, origin).split('/').at(-1) ?? '';
  return { ...slack, use: (response: unknown) => useResponseUrl(slack.workspace, id, response) };
}

test('a response_url is good for five uses', async () => {
  const { use, texts } = startWithUrl();
  for (const text of ['1', '2', '3', '4', '5']) expect(use({ text })).toEqual({ status: 200, body: 'ok' });
  expect(use({ text: '6' })).toEqual({ status: 404, body: { ok: false, error: 'used_url' } });
  expect(await texts(ANA)).toEqual(['5', '4', '3', '2', '1']);
});

test('a response_url is good for thirty minutes', () => {
  const { use, clock } = startWithUrl();
  clock.advance(30 * 60_000);
  expect(use({ text: 'in time' }).status).toBe(200);
  clock.advance(1);
  expect(use({ text: 'too late' })).toEqual({ status: 404, body: { ok: false, error: 'expired_url' } });
});

test('a response is ephemeral unless it says in_channel', async () => {
  const { use, texts } = startWithUrl();
  use({ text: 'for you' });
  use({ text: 'for all', response_type: 'in_channel' });
  expect(await texts(ANA)).toEqual(['for all', 'for you']);
  expect(await texts(BOT)).toEqual(['for all']);
});

test('a later response to a command can replace or delete the first', async () => {
  const { use, texts } = startWithUrl();
  use({ text: 'working' });
  use({ text: 'done', replace_original: true });
  expect(await texts(ANA)).toEqual(['done']);
  use({ delete_original: true });
  expect(await texts(ANA)).toEqual([]);
});

test('a response to a click replaces or deletes the message that was clicked', async () => {
  const { call, workspace, texts } = offlineWorkspace();
  const { ts } = await call(BOT, 'chat.postMessage', { channel: DEPLOYS, text: 'Approve?' });
  const original = { ts: String(ts), ephemeral: false };
  const url = issueResponseUrl(workspace, { ...COMMAND, original });
  const id = url.split('/').at(-1) ?? '';
  useResponseUrl(workspace, id, { text: 'Approved', replace_original: true });
  expect(await texts(BOT)).toEqual(['Approved']);
  useResponseUrl(workspace, id, { delete_original: true });
  expect(await texts(BOT)).toEqual([]);
});

test('a response that says nothing or nonsense is refused', () => {
  const { use } = startWithUrl();
  expect(use({})).toMatchObject({ status: 400, body: { error: 'no_text' } });
  expect(use('hello')).toEqual({ status: 400, body: 'invalid_payload' });
  expect(use({ blocks: [{ type: 'nope' }] })).toMatchObject({
    status: 400,
    body: { error: 'invalid_blocks' },
  });
});

test('a response_url that was never issued is not found', () => {
  expect(useResponseUrl(offlineWorkspace().workspace, 'made-up', { text: 'x' }).status).toBe(404);
});
