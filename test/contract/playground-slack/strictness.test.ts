import { get } from 'node:http';
import { LogLevel, WebClient } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { defaultSeed } from '../../../src/playground/slack/seed.ts';
import { DEPLOYS, errorOf, seedWith, startWorkspace } from './running-workspace.ts';

describe('access', () => {
  test('is refused without a token, with an unknown one, and with one of the wrong kind', async () => {
    const slack = await startWorkspace();
    const call = (token: string, method: string, args = {}) => {
      const options = { slackApiUrl: slack.apiUrl, logLevel: LogLevel.ERROR };
      return errorOf(new WebClient(token, options).apiCall(method, args));
    };
    const { bot_token, app_token } = defaultSeed.app;
    expect(await call('', 'auth.test')).toBe('not_authed');
    expect(await call('xoxb-nobody', 'auth.test')).toBe('invalid_auth');
    expect(await call(app_token, 'chat.postMessage')).toBe('not_allowed_token_type');
    expect(await call(bot_token, 'apps.connections.open')).toBe('not_allowed_token_type');
    expect(await call(bot_token, 'chat.command')).toBe('not_allowed_token_type');
    expect(await call(bot_token, 'chat.makeCoffee')).toBe('unknown_method');
    expect(await call(bot_token, 'chat.postMessage', { text: 'x' })).toBe('invalid_arguments');
  });

  test('needs the method’s scope, and says which', async () => {
    const app = { ...defaultSeed.app, scopes: ['reactions:read'] };
    const slack = await startWorkspace({ seed: { ...defaultSeed, app } });
    const refused = await slack.bot.chat
      .postMessage({ channel: DEPLOYS, text: 'x' })
      .catch((error) => error.data);
    expect(refused).toMatchObject({
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'reactions:read',
    });
  });
});

describe('Block Kit', () => {
  test('is refused with Slack’s code and a pointer to every mistake', async () => {
    const slack = await startWorkspace();
    const blocks = [
      { type: 'header', text: { type: 'mrkdwn', text: 'no' } },
      { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } },
      { type: 'carrousel' },
    ];
    const refused = await slack.bot.chat
      .postMessage({ channel: DEPLOYS, text: 'x', blocks })
      .catch((error) => error.data);
    expect(refused.error).toBe('invalid_blocks');
    expect(refused.response_metadata.messages).toEqual([
      '[ERROR] must be one of: plain_text [json-pointer:/blocks/0/text/type]',
      '[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]',
      '[ERROR] unsupported type: carrousel [json-pointer:/blocks/2/type]',
    ]);
  });

  test('holds fifty blocks a message, and text has its limit', async () => {
    const rates = { ...defaultSeed.limits.rates, posting: { perMinute: 600, burst: 10 } };
    const slack = await startWorkspace({ seed: seedWith({ rates }) });
    const post = (message: object) =>
      errorOf(slack.bot.apiCall('chat.postMessage', { channel: DEPLOYS, ...message }));
    const dividers = (count: number) => Array.from({ length: count }, () => ({ type: 'divider' }));
    expect(await post({ blocks: dividers(50), text: 'x' })).toBe('no error');
    expect(await post({ blocks: dividers(51), text: 'x' })).toBe('invalid_blocks');
    expect(await post({ blocks: '{', text: 'x' })).toBe('invalid_blocks_format');
    expect(await post({ text: 'x'.repeat(40_001) })).toBe('msg_too_long');
  });
});

describe('rate limits', () => {
  test('answer 429 with Retry-After, which the official client waits for', async () => {
    const rates = { ...defaultSeed.limits.rates, posting: { perMinute: 60, burst: 1 } };
    const slack = await startWorkspace({ seed: seedWith({ rates }) });
    const patient = new WebClient(defaultSeed.app.bot_token, {
      slackApiUrl: slack.apiUrl,
      logLevel: LogLevel.ERROR,
    });
    await patient.chat.postMessage({ channel: DEPLOYS, text: 'one' });
    await patient.chat.postMessage({ channel: DEPLOYS, text: 'two' });
    const { calls, refused } = slack.workspace.counters.read();
    expect(calls['chat.postMessage']).toBe(3);
    expect(refused).toEqual({ 'chat.postMessage ratelimited': 1 });
  });

  test('count per channel, by ID or name, and do not hold people back', async () => {
    const rates = { ...defaultSeed.limits.rates, posting: { perMinute: 1, burst: 1 } };
    const slack = await startWorkspace({ seed: seedWith({ rates }) });
    const status = async (token: string, channel: string) => {
      const body = new URLSearchParams({ token, channel, text: 'x' });
      return (await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', body })).status;
    };
    const { bot_token } = defaultSeed.app;
    expect(await status(bot_token, DEPLOYS)).toBe(200);
    expect(await status(bot_token, '#deploys')).toBe(429);
    expect(await status(bot_token, '#general')).toBe(200);
    expect(await status('xoxp-playground-ana', DEPLOYS)).toBe(200);
    expect(await status('xoxp-playground-ana', DEPLOYS)).toBe(200);
  });
});

describe('the levers', () => {
  test('make a method fail for a number of calls, or lose its answer after the work is done', async () => {
    const slack = await startWorkspace();
    const call = () =>
      fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        body: new URLSearchParams({ token: defaultSeed.app.bot_token, channel: DEPLOYS, text: 'x' }),
      }).then(
        ({ status, headers }) => `${status} ${headers.get('retry-after')}`,
        () => 'lost',
      );
    const method = 'chat.postMessage';
    await slack.control('/faults', { method, kind: 'ratelimited', retryAfter: 7, calls: 1 });
    await slack.control('/faults', { method, kind: 'error', calls: 1 });
    await slack.control('/faults', { method: '*', kind: 'lose', calls: 1 });
    expect([await call(), await call(), await call(), await call()]).toEqual([
      '429 7',
      '500 null',
      'lost',
      '200 null',
    ]);
    const { messages } = await slack.as('ana').conversations.history({ channel: DEPLOYS });
    expect(messages).toHaveLength(2);
  });

  test('refuse what they do not know', async () => {
    const slack = await startWorkspace();
    expect(await slack.control('/faults', { method: 'x', kind: 'explode' })).toMatchObject({ ok: false });
    expect(await slack.control('/people', { id: 'U404' })).toEqual({ ok: false, error: 'not_found' });
  });
});

describe('foreign requests', () => {
  test.for([
    { host: 'evil.example' },
    { host: '127.0.0.1:1' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
  ])('with %o are refused', async (headers) => {
    const slack = await startWorkspace();
    expect(await statusOf(`${slack.origin}/playground/workspace`, headers)).toBe(403);
  });

  test('from this machine pass, by any of its loopback names', async () => {
    const slack = await startWorkspace();
    const { port } = new URL(slack.origin);
    const url = `${slack.origin}/playground/workspace`;
    expect(await statusOf(url, { host: `localhost:${port}` })).toBe(200);
    expect(await statusOf(url, { host: `[::1]:${port}`, origin: slack.origin })).toBe(200);
    expect(await statusOf(url, { 'sec-fetch-site': 'same-origin' })).toBe(200);
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect(await statusOf(url, link)).toBe(200);
  });

  test('cannot open a WebSocket either', async () => {
    const slack = await startWorkspace();
    const url = slack.workspace.app.socketMode.issueUrl()?.replace('ws:', 'http:') ?? '';
    const upgrade = { connection: 'upgrade', upgrade: 'websocket', origin: 'https://evil.example' };
    expect(await statusOf(url, upgrade)).toBe(403);
  });
});

/** The status of a GET with headers that `fetch` would not let us set. */
function statusOf(url: string, headers: Readonly<Record<string, string | undefined>>): Promise<number> {
  const set = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: set }, (response) => resolve(response.resume().statusCode ?? 0));
    request.on('error', reject);
  });
}
