import { describe, expect, test } from 'vitest';
import { defaultSeed } from '../../../src/playground/slack/seed.ts';
import {
  ANA,
  BOT_USER,
  DEPLOYS,
  errorOf,
  eventually,
  seedWith,
  startBolt,
  startWorkspace,
} from './running-workspace.ts';
import { watch } from './screen.ts';

const DEPLOY = { channel: DEPLOYS, command: '/deploy', text: 'api v1.1.0 staging' };

describe('a slash command over Socket Mode', () => {
  test('reaches the app with what Slack sends, and its acknowledgement is shown to the person only', async () => {
    const slack = await startWorkspace();
    const heard = Promise.withResolvers<Record<string, unknown>>();
    await startBolt(slack, (app) =>
      app.command('/deploy', async ({ command, ack }) => {
        heard.resolve(command);
        await ack('On it.');
      }),
    );
    await slack.as('ana').apiCall('chat.command', DEPLOY);
    expect(await heard.promise).toMatchObject({
      command: '/deploy',
      text: 'api v1.1.0 staging',
      user_id: ANA,
      channel_id: DEPLOYS,
      channel_name: 'deploys',
    });
    const own = await slack.as('ana').conversations.history({ channel: DEPLOYS });
    expect(own.messages?.[0]).toMatchObject({ text: 'On it.', is_ephemeral: true });
    expect((await slack.as('bo').conversations.history({ channel: DEPLOYS })).messages).toEqual([]);
    expect((await slack.bot.conversations.history({ channel: DEPLOYS })).messages).toEqual([]);
  });

  test('fails for the person when no app is connected, on their screen only', async () => {
    const slack = await startWorkspace();
    const [ana, bo] = [await watch(slack, 'ana'), await watch(slack, 'bo')];
    expect(await errorOf(slack.as('ana').apiCall('chat.command', DEPLOY))).toBe('dispatch_failed');
    expect(await ana.next('command_error')).toMatchObject({ ...DEPLOY, error: 'dispatch_failed' });
    await startBolt(slack, () => undefined);
    await eventually(() => expect(bo.events).toHaveLength(2));
    expect(bo.events).toEqual([
      { type: 'presence', app_connected: false },
      { type: 'presence', app_connected: true },
    ]);
  });

  test('fails for the person when the app acknowledges too late', async () => {
    const slack = await startWorkspace({ seed: seedWith({ acknowledgeMs: 50 }) });
    const late = Promise.withResolvers<void>();
    await startBolt(slack, (app) =>
      app.command('/deploy', async ({ ack }) => {
        await late.promise;
        await ack('too late');
      }),
    );
    expect(await errorOf(slack.as('ana').apiCall('chat.command', DEPLOY))).toBe('operation_timeout');
    late.resolve();
    await slack.as('ana').chat.postMessage({ channel: DEPLOYS, text: 'still nothing?' });
    const { messages } = await slack.as('ana').conversations.history({ channel: DEPLOYS });
    expect(messages?.map(({ text }) => text)).toEqual(['still nothing?']);
  });

  test('is refused in threads, when unknown, and in channels that the person is not in', async () => {
    const slack = await startWorkspace();
    const ana = slack.as('ana');
    const inThread = ana.apiCall('chat.command', { ...DEPLOY, thread_ts: '1700000000.000100' });
    expect(await errorOf(inThread)).toBe('slash_command_in_thread');
    expect(await errorOf(ana.apiCall('chat.command', { ...DEPLOY, command: '/depoly' }))).toBe(
      'invalid_command',
    );
    await slack.control('/channels', { id: DEPLOYS, members: [BOT_USER] });
    expect(await errorOf(ana.apiCall('chat.command', DEPLOY))).toBe('not_in_channel');
  });

  test('has names and links encoded when its manifest says should_escape', async () => {
    const slack = await startWorkspace();
    const heard = Promise.withResolvers<string>();
    await startBolt(slack, (app) =>
      app.command('/status', async ({ command, ack }) => {
        heard.resolve(command.text);
        await ack();
      }),
    );
    const text = 'of @bo in #deploys at https://example.com <raw>';
    await slack.as('ana').apiCall('chat.command', { channel: DEPLOYS, command: '/status', text });
    expect(await heard.promise).toBe(
      'of <@U0BO0000001|bo> in <#C0DEPLOYS01|deploys> at <https://example.com> <raw>',
    );
  });
});

describe('events over Socket Mode', () => {
  test('tell of messages, mentions and reactions in channels that the bot is in', async () => {
    const slack = await startWorkspace();
    const heard: string[] = [];
    await startBolt(slack, (app) => {
      app.message(async ({ message }) => void heard.push(`message ${'text' in message && message.text}`));
      app.event('app_mention', async ({ event }) => void heard.push(`mention ${event.text}`));
      app.event('reaction_added', async ({ event }) => void heard.push(`+${event.reaction}`));
      app.event('reaction_removed', async ({ event }) => void heard.push(`-${event.reaction}`));
    });
    const ana = slack.as('ana');
    const { ts = '' } = await ana.chat.postMessage({ channel: DEPLOYS, text: '@slipway status' });
    await ana.reactions.add({ channel: DEPLOYS, timestamp: ts, name: 'thumbsup' });
    await ana.reactions.remove({ channel: DEPLOYS, timestamp: ts, name: '+1' });
    await eventually(() =>
      expect([...heard].sort()).toEqual([
        '++1',
        '-+1',
        `mention <@${BOT_USER}> status`,
        `message <@${BOT_USER}> status`,
      ]),
    );
  });

  test('are withheld when the app is not subscribed or not in the channel', async () => {
    const app = { ...defaultSeed.app, events: ['message.channels'] };
    const slack = await startWorkspace({ seed: { ...defaultSeed, app } });
    const heard: string[] = [];
    await startBolt(slack, (bolt) => {
      bolt.event('reaction_added', async () => void heard.push('reaction'));
      bolt.message(async ({ message }) => void heard.push('text' in message ? (message.text ?? '') : ''));
    });
    const ana = slack.as('ana');
    const { ts = '' } = await ana.chat.postMessage({ channel: DEPLOYS, text: 'one' });
    await ana.reactions.add({ channel: DEPLOYS, timestamp: ts, name: 'eyes' });
    await slack.control('/channels', { id: DEPLOYS, members: [ANA] });
    await ana.chat.postMessage({ channel: DEPLOYS, text: 'two' });
    await slack.control('/channels', { id: DEPLOYS, members: [ANA, BOT_USER] });
    await ana.chat.postMessage({ channel: DEPLOYS, text: 'three' });
    await eventually(() => expect(heard).toContain('three'));
    expect(heard).toEqual(['one', 'three']);
  });

  test('are delivered again when the app was away, and the retry says so', async () => {
    const slack = await startWorkspace({ seed: seedWith({ eventRetryMs: Array(100).fill(100) }) });
    await slack.as('ana').chat.postMessage({ channel: DEPLOYS, text: 'anyone?' });
    const retried = Promise.withResolvers<unknown>();
    await startBolt(slack, (app) =>
      app.message(async ({ message, context }) => {
        retried.resolve({ text: 'text' in message && message.text, retryNum: context.retryNum });
      }),
    );
    expect(await retried.promise).toEqual({ text: 'anyone?', retryNum: expect.any(Number) });
    await eventually(() => expect(slack.workspace.store.pendingEvents.all()).toEqual([]));
  });
});

describe('the connections of one app', () => {
  test('share the envelopes: each goes to one of them', async () => {
    const slack = await startWorkspace();
    const counts = [0, 0];
    for (const replica of [0, 1])
      await startBolt(slack, (app) =>
        app.command('/deploy', async ({ ack }) => {
          counts[replica] = (counts[replica] ?? 0) + 1;
          await ack();
        }),
      );
    for (let turn = 0; turn < 6; turn += 1) await slack.as('ana').apiCall('chat.command', DEPLOY);
    expect(counts).toEqual([3, 3]);
  });

  test('get every envelope several times when the lever says so, and the person one answer', async () => {
    const slack = await startWorkspace();
    let heard = 0;
    await startBolt(slack, (app) =>
      app.command('/deploy', async ({ ack }) => {
        heard += 1;
        await ack('once');
      }),
    );
    await slack.control('/duplicate', { copies: 3 });
    await slack.as('ana').apiCall('chat.command', DEPLOY);
    await eventually(() => expect(heard).toBe(3));
    const { messages } = await slack.as('ana').conversations.history({ channel: DEPLOYS });
    expect(messages?.map(({ text }) => text)).toEqual(['once']);
  });

  test.for(['drop', 'refresh'])('come back after a %s', async (action) => {
    const slack = await startWorkspace();
    await startBolt(slack, (app) => app.command('/deploy', async ({ ack }) => ack()));
    await slack.control('/connections', { action });
    await eventually(() => expect(slack.workspace.app.connected()).toBe(false));
    await eventually(() => expect(slack.workspace.app.connected()).toBe(true));
    await slack.as('ana').apiCall('chat.command', DEPLOY);
  });

  test('that are frozen get no answer through, until the client notices the missing pongs', async () => {
    const slack = await startWorkspace({ seed: seedWith({ acknowledgeMs: 50 }) });
    await startBolt(slack, (app) => app.command('/deploy', async ({ ack }) => ack()));
    await slack.control('/connections', { action: 'freeze' });
    expect(await errorOf(slack.as('ana').apiCall('chat.command', DEPLOY))).toBe('operation_timeout');
    await eventually(() => slack.as('ana').apiCall('chat.command', DEPLOY));
  });

  test('need a ticket of their own, good once', async () => {
    const slack = await startWorkspace();
    const url = slack.workspace.app.socketMode.issueUrl() ?? '';
    const first = new WebSocket(url);
    await new Promise((resolve) => first.addEventListener('message', resolve, { once: true }));
    const second = new WebSocket(url);
    await new Promise((resolve) => second.addEventListener('error', resolve, { once: true }));
    first.close();
  });
});
