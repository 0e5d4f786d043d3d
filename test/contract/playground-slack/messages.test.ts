import { describe, expect, test } from 'vitest';
import { ANA, BOT_USER, DEPLOYS, errorOf, startWorkspace } from './running-workspace.ts';
import { watch } from './screen.ts';

const GENERAL = 'C0GENERAL01';

describe('messages', () => {
  test('are edited and deleted by their author only, and every screen follows', async () => {
    const slack = await startWorkspace();
    const screen = await watch(slack, 'bo');
    const { ts = '' } = await slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'one' });
    const place = { channel: DEPLOYS, ts };
    expect(await errorOf(slack.as('ana').chat.update({ ...place, text: 'x' }))).toBe('cant_update_message');
    expect(await errorOf(slack.as('ana').chat.delete(place))).toBe('cant_delete_message');
    await slack.bot.chat.update({ ...place, text: 'two' });
    await slack.bot.chat.delete(place);
    expect(await errorOf(slack.bot.chat.update({ ...place, text: 'three' }))).toBe('message_not_found');
    await screen.next('message_deleted');
    expect(screen.events).toMatchObject([
      { type: 'presence', app_connected: false },
      { type: 'message', channel: DEPLOYS, message: { text: 'one', bot_id: 'B0SLIPWAY01', user: BOT_USER } },
      { type: 'message_changed', message: { text: 'two', edited: { user: BOT_USER } } },
      { type: 'message_deleted', channel: DEPLOYS, ts },
    ]);
  });

  test('keep their blocks when only the text is edited, and lose them to an empty list', async () => {
    const slack = await startWorkspace();
    const blocks = [{ type: 'divider' }];
    const { ts = '' } = await slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'one', blocks });
    const kept = await slack.bot.chat.update({ channel: DEPLOYS, ts, text: 'two' });
    expect(kept.message).toMatchObject({ text: 'two', blocks: [{ type: 'divider' }] });
    const lost = await slack.bot.chat.update({ channel: DEPLOYS, ts, text: 'three', blocks: [] });
    expect(lost.message).not.toHaveProperty('blocks');
  });

  test('have threads with a reply count, which leave a tombstone when their first message goes', async () => {
    const slack = await startWorkspace();
    const { ts = '' } = await slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'first' });
    const ana = slack.as('ana');
    await ana.chat.postMessage({ channel: DEPLOYS, text: 'reply', thread_ts: ts });
    const history = await ana.conversations.history({ channel: DEPLOYS });
    expect(history.messages).toMatchObject([{ text: 'first', reply_count: 1, reply_users: [ANA] }]);
    const thread = await ana.conversations.replies({ channel: DEPLOYS, ts });
    expect(thread.messages?.map(({ text }) => text)).toEqual(['first', 'reply']);
    await slack.bot.chat.delete({ channel: DEPLOYS, ts });
    const after = await ana.conversations.replies({ channel: DEPLOYS, ts });
    expect(after.messages).toMatchObject([{ subtype: 'tombstone' }, { text: 'reply' }]);
    const lost = ana.chat.postMessage({ channel: DEPLOYS, text: 'x', thread_ts: '1.000001' });
    expect(await errorOf(lost)).toBe('thread_not_found');
  });

  test('carry metadata for those who ask', async () => {
    const slack = await startWorkspace();
    const metadata = { event_type: 'operation', event_payload: { id: 'op-1' } };
    await slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'one', metadata });
    const asked = await slack.bot.conversations.history({ channel: DEPLOYS, include_all_metadata: true });
    expect(asked.messages?.[0]).toMatchObject({ metadata });
    const plain = await slack.bot.conversations.history({ channel: DEPLOYS });
    expect(plain.messages?.[0]).not.toHaveProperty('metadata');
  });

  test('typed by people are encoded as their client does', async () => {
    const slack = await startWorkspace();
    const text = '@slipway ask @bo in #deploys, <!channel> & `@bo` https://example.com/?a=1&b=2.';
    const { message } = await slack.as('ana').chat.postMessage({ channel: DEPLOYS, text });
    expect(message?.text).toBe(
      `<@${BOT_USER}> ask <@U0BO0000001> in <#C0DEPLOYS01|deploys>, <!channel> &amp; \`@bo\` ` +
        '<https://example.com/?a=1&amp;b=2>.',
    );
  });

  test('come in pages, between two times', async () => {
    const slack = await startWorkspace();
    const ana = slack.as('ana');
    const sent: string[] = [];
    for (const text of ['1', '2', '3', '4'])
      sent.push((await ana.chat.postMessage({ channel: DEPLOYS, text })).ts ?? '');
    const first = await ana.conversations.history({ channel: DEPLOYS, limit: 3 });
    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await ana.conversations.history({ channel: DEPLOYS, limit: 3, cursor });
    const pages = [first, second].map(({ messages }) => messages?.map(({ text }) => text));
    expect(pages).toEqual([['4', '3', '2'], ['1']]);
    expect(second.has_more).toBe(false);
    const [oldest = '', , , latest = ''] = sent;
    const between = await ana.conversations.history({ channel: DEPLOYS, oldest, latest });
    expect(between.messages?.map(({ text }) => text)).toEqual(['3', '2']);
  });

  test('go to a channel by name, and to a person by a direct message', async () => {
    const slack = await startWorkspace();
    expect((await slack.bot.chat.postMessage({ channel: '#general', text: 'x' })).channel).toBe(GENERAL);
    const { channel = '' } = await slack.bot.chat.postMessage({ channel: ANA, text: 'psst' });
    expect(channel).toMatch(/^D/);
    const own = await slack.as('ana').conversations.history({ channel });
    expect(own.messages).toMatchObject([{ text: 'psst' }]);
    expect(await errorOf(slack.as('bo').conversations.history({ channel }))).toBe('channel_not_found');
  });
});

describe('reactions', () => {
  test('are one per person and emoji, whatever its alias, and end with the last person', async () => {
    const slack = await startWorkspace();
    const { ts = '' } = await slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'one' });
    const ana = slack.as('ana');
    const on = (name: string) => ({ channel: DEPLOYS, timestamp: ts, name });
    await ana.reactions.add(on('thumbsup'));
    expect(await errorOf(ana.reactions.add(on('+1')))).toBe('already_reacted');
    await slack.bot.reactions.add(on('+1'));
    const { message } = await ana.reactions.get({ channel: DEPLOYS, timestamp: ts });
    expect(message?.reactions).toEqual([{ name: '+1', users: [ANA, BOT_USER], count: 2 }]);
    await ana.reactions.remove(on('+1'));
    expect(await errorOf(ana.reactions.remove(on('+1')))).toBe('no_reaction');
    await slack.bot.reactions.remove(on('+1'));
    const after = await ana.reactions.get({ channel: DEPLOYS, timestamp: ts });
    expect(after.message).not.toHaveProperty('reactions');
    expect(await errorOf(ana.reactions.add(on('no_such_emoji')))).toBe('invalid_name');
    expect(await errorOf(ana.reactions.add({ ...on('eyes'), timestamp: '1.000001' }))).toBe(
      'message_not_found',
    );
  });

  test('keep their skin tone', async () => {
    const slack = await startWorkspace();
    const { ts = '' } = await slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'one' });
    const name = 'thumbsup::skin-tone-4';
    await slack.as('ana').reactions.add({ channel: DEPLOYS, timestamp: ts, name });
    const { message } = await slack.bot.reactions.get({ channel: DEPLOYS, timestamp: ts });
    expect(message?.reactions?.[0]?.name).toBe('+1::skin-tone-4');
  });
});

describe('ephemeral messages', () => {
  test('are seen, streamed and returned to their addressee only', async () => {
    const slack = await startWorkspace();
    const [ana, bo] = [await watch(slack, 'ana'), await watch(slack, 'bo')];
    await slack.bot.chat.postEphemeral({ channel: DEPLOYS, user: ANA, text: 'only you' });
    await slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'everyone' });
    await bo.next('message');
    expect(bo.events.map(({ type }) => type)).toEqual(['presence', 'message']);
    expect((await ana.next('ephemeral')).message).toMatchObject({ text: 'only you', is_ephemeral: true });
    const seen = await slack.as('ana').conversations.history({ channel: DEPLOYS });
    expect(seen.messages?.map(({ text }) => text)).toEqual(['everyone', 'only you']);
    const others = [slack.as('bo'), slack.bot].map((client) =>
      client.conversations.history({ channel: DEPLOYS }),
    );
    for (const { messages } of await Promise.all(others))
      expect(messages?.map(({ text }) => text)).toEqual(['everyone']);
  });

  test('cannot be sent to someone outside the channel', async () => {
    const slack = await startWorkspace();
    await slack.control('/channels', { id: DEPLOYS, members: [BOT_USER] });
    const call = slack.bot.chat.postEphemeral({ channel: DEPLOYS, user: ANA, text: 'x' });
    expect(await errorOf(call)).toBe('user_not_in_channel');
  });
});

describe('files', () => {
  test('go through Slack’s upload and stand in the thread', async () => {
    const slack = await startWorkspace();
    const { ts = '' } = await slack.bot.chat.postMessage({ channel: DEPLOYS, text: 'one' });
    const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255]);
    await slack.bot.filesUploadV2({
      file: picture,
      filename: 'latency.png',
      title: 'Latency',
      alt_text: 'p95 over time',
      channel_id: DEPLOYS,
      thread_ts: ts,
      initial_comment: 'How it went',
    });
    const { messages = [] } = await slack.as('ana').conversations.replies({ channel: DEPLOYS, ts });
    const [, reply] = messages;
    expect(reply).toMatchObject({
      text: 'How it went',
      files: [{ title: 'Latency', mimetype: 'image/png' }],
    });
    const served = await fetch(reply?.files?.[0]?.url_private ?? '');
    expect(served.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await served.arrayBuffer())).toEqual(picture);
  });

  test('that were never uploaded, or not in full, cannot be shared', async () => {
    const slack = await startWorkspace();
    const { upload_url = '', file_id = '' } = await slack.bot.files.getUploadURLExternal({
      filename: 'a.txt',
      length: 3,
    });
    const share = () =>
      slack.bot.files.completeUploadExternal({ files: [{ id: file_id }], channel_id: DEPLOYS });
    expect(await errorOf(share())).toBe('file_not_found');
    expect((await fetch(upload_url, { method: 'POST', body: 'toolong' })).status).toBe(400);
    expect((await fetch(upload_url, { method: 'POST', body: 'abc' })).status).toBe(200);
    expect(await errorOf(share())).toBe('no error');
  });
});

describe('people and channels', () => {
  test('are described as Slack does', async () => {
    const slack = await startWorkspace();
    const { user } = await slack.bot.users.info({ user: ANA });
    expect(user).toMatchObject({ name: 'ana', deleted: false, profile: { email: 'ana@playground.example' } });
    expect((await slack.bot.users.lookupByEmail({ email: 'bo@playground.example' })).user?.name).toBe('bo');
    expect((await slack.bot.usergroups.list({ include_users: true })).usergroups).toMatchObject([
      { handle: 'release-managers', users: ['U0BO0000001', 'U0CHEN00001'] },
    ]);
    const { channels = [] } = await slack.bot.conversations.list({});
    expect(channels.map(({ name, is_member }) => `${name} ${is_member}`)).toEqual([
      'deploys true',
      'incidents true',
      'general true',
    ]);
    expect(await slack.bot.auth.test()).toMatchObject({
      user_id: BOT_USER,
      bot_id: 'B0SLIPWAY01',
      response_metadata: { scopes: expect.arrayContaining(['chat:write', 'commands']) },
    });
  });

  test('a deactivated person is out at once, and shown as such', async () => {
    const slack = await startWorkspace();
    await slack.control('/people', { id: ANA, deleted: true });
    expect(await errorOf(slack.as('ana').auth.test())).toBe('account_inactive');
    expect((await slack.bot.users.info({ user: ANA })).user?.deleted).toBe(true);
  });

  test('the bot joins a public channel and may post from then on', async () => {
    const slack = await startWorkspace();
    await slack.control('/channels', { id: GENERAL, members: [ANA] });
    const post = () => slack.bot.chat.postMessage({ channel: GENERAL, text: 'x' });
    expect(await errorOf(post())).toBe('not_in_channel');
    await slack.bot.conversations.join({ channel: GENERAL });
    expect(await errorOf(post())).toBe('no error');
    const { members } = await slack.bot.conversations.members({ channel: GENERAL });
    expect(members).toEqual([ANA, BOT_USER]);
  });
});
