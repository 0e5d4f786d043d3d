import { createServer } from 'node:http';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  DEPLOYS,
  errorOf,
  eventually,
  type RunningWorkspace,
  seedWith,
  startWorkspace,
} from './running-workspace.ts';

const DEPLOY = { channel: DEPLOYS, command: '/deploy', text: 'api v1.1.0 staging' };

/** The official Bolt app with its HTTP receiver; answers its request URL. */
async function startHttpBolt(
  { apiUrl, workspace }: RunningWorkspace,
  register: (app: App) => void,
  signingSecret = workspace.seed.app.signing_secret,
): Promise<string> {
  const receiver = new HTTPReceiver({ signingSecret, logLevel: LogLevel.ERROR });
  const app = new App({
    token: workspace.seed.app.bot_token,
    receiver,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: apiUrl },
  });
  register(app);
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  onTestFinished(async () => void (await app.stop()));
  const address = 'address' in server ? server.address() : null;
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://127.0.0.1:${address.port}/slack/events`;
}

describe('delivery to a request URL', () => {
  test('is signed as Bolt expects, for commands, interactions and events', async () => {
    const slack = await startWorkspace();
    const heard: string[] = [];
    const url = await startHttpBolt(slack, (app) => {
      app.command('/deploy', async ({ ack }) => ack({ text: 'On it.' }));
      app.action('go', async ({ ack, respond }) => {
        await ack();
        await respond({ text: 'Gone.', replace_original: true });
      });
      app.message(async ({ message }) => void heard.push('text' in message ? (message.text ?? '') : ''));
    });
    expect(await slack.control('/delivery', { kind: 'http', url })).toEqual({ ok: true });
    await slack.as('ana').apiCall('chat.command', DEPLOY);
    const { ts } = await slack.bot.chat.postMessage({
      channel: DEPLOYS,
      text: 'Go?',
      blocks: [
        {
          type: 'actions',
          block_id: 'choice',
          elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }],
        },
      ],
    });
    const actions = [{ block_id: 'choice', action_id: 'go', type: 'button' }];
    await slack.as('ana').apiCall('blocks.actions', { channel: DEPLOYS, message_ts: ts, actions });
    await slack.as('ana').chat.postMessage({ channel: DEPLOYS, text: 'hello' });
    await eventually(() => expect(heard).toContain('hello'));
    await eventually(async () => {
      const { messages = [] } = await slack.as('ana').conversations.history({ channel: DEPLOYS });
      expect(messages.map(({ text }) => text).sort()).toEqual(['Gone.', 'On it.', 'hello']);
    });
  });

  test('is not taken by an app with another signing secret', async () => {
    const slack = await startWorkspace();
    const url = await startHttpBolt(slack, () => undefined, 'another secret');
    expect(await slack.control('/delivery', { kind: 'http', url })).toEqual({
      ok: false,
      error: 'url_verification_failed',
    });
  });

  test('fails for the person when the app answers with an error', async () => {
    const slack = await startWorkspace();
    const { url, answers } = await startCrudeApp();
    await slack.workspace.app.use({ kind: 'http', url });
    answers.push(500);
    expect(await errorOf(slack.as('ana').apiCall('chat.command', DEPLOY))).toBe('dispatch_failed');
  });

  test('of an event is repeated with its number and reason until it is acknowledged', async () => {
    const slack = await startWorkspace({ seed: seedWith({ eventRetryMs: [1, 1, 1] }) });
    const { url, answers, retries } = await startCrudeApp();
    await slack.workspace.app.use({ kind: 'http', url });
    answers.push(500, 503, 200);
    await slack.as('ana').chat.postMessage({ channel: DEPLOYS, text: 'hello' });
    await eventually(() => expect(retries).toEqual([null, null, '1 http_error', '2 http_error']));
    await eventually(() => expect(slack.workspace.store.pendingEvents.all()).toEqual([]));
  });

  test('of an event ends after three retries, or at once when the app wants none', async () => {
    const slack = await startWorkspace({ seed: seedWith({ eventRetryMs: [1, 1, 1] }) });
    const { url, answers, retries } = await startCrudeApp();
    await slack.workspace.app.use({ kind: 'http', url });
    answers.push(500, 500, 500, 500);
    await slack.as('ana').chat.postMessage({ channel: DEPLOYS, text: 'hello' });
    await eventually(() => expect(slack.workspace.store.pendingEvents.all()).toEqual([]));
    expect(retries).toHaveLength(5);
    answers.push(599);
    await slack.as('ana').chat.postMessage({ channel: DEPLOYS, text: 'hello' });
    await eventually(() => expect(slack.workspace.store.pendingEvents.all()).toEqual([]));
    expect(retries).toHaveLength(6);
  });
});

/** An app that passes the challenge and then answers with the statuses it is given; 599 wants no retry. */
async function startCrudeApp() {
  const answers: number[] = [];
  const retries: (string | null)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const number = request.headers['x-slack-retry-num'];
    retries.push(number === undefined ? null : `${number} ${request.headers['x-slack-retry-reason']}`);
    const isChallenge = body.includes('url_verification');
    const status = isChallenge ? 200 : (answers.shift() ?? 200);
    response.writeHead(status, status === 599 ? { 'x-slack-no-retry': '1' } : {});
    response.end(isChallenge ? JSON.parse(body).challenge : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return { url: `http://127.0.0.1:${address.port}/slack/events`, answers, retries };
}
