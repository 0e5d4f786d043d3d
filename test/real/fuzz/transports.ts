import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import express, { type Express } from 'express';
import fc from 'fast-check';
import pino from 'pino';
import { expect, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Delivery } from '../../../src/domain/delivery.ts';
import {
  createSlackApp,
  SLACK_ENDPOINT,
  type SlackApp,
  type SlackTransport,
} from '../../../src/slack/app.ts';
import { systemClock } from '../../../src/slack/clock.ts';
import { receive } from '../../../src/slack/receive.ts';
import { en } from '../../../src/slack/words/en.ts';
import { drawn } from './counting.ts';
import { mutated, mutatedText } from './mutation.ts';
import { expectStorable } from './promises.ts';
import { BUTTONS, COMMAND, FORM, MENTION, REACTION } from './slack.ts';

const SECRET = 'fuzz-signing-secret';
const AT_ONCE = 250;
const silent = pino({ level: 'silent' });

interface Sent {
  readonly type: 'slash_commands' | 'events_api' | 'interactive';
  readonly payload: unknown;
}
const sent: fc.Arbitrary<Sent> = fc.oneof(
  fc.record({ type: fc.constant('slash_commands' as const), payload: mutated(COMMAND) }),
  fc.record({ type: fc.constant('events_api' as const), payload: mutated(MENTION, REACTION) }),
  fc.record({ type: fc.constant('interactive' as const), payload: mutated(...BUTTONS, FORM) }),
);

/** Everything from Slack's side of a connection to what would be stored. */
export async function fuzzTransports(runs: number): Promise<void> {
  await overHttp(runs);
  await overSocket(runs);
}

async function overHttp(runs: number): Promise<void> {
  const { app, stored } = receiving({ kind: 'http', signingSecret: SECRET });
  const web = express();
  if (app.router !== null) web.use(app.router);
  const url = `${await listening(createServer(web))}${SLACK_ENDPOINT}`;
  await app.start();
  const cases = drawn(
    'Slack over HTTP',
    runs,
    fc.tuple(sent, fc.boolean(), mutatedText('v0=0123', 'v0', '')),
  );
  const signed = new Set<string>();
  await inBatches(cases, async ([its, right, wrong]) => {
    const body = bodyOf(its);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
    const before = stored.length;
    const headers = {
      'content-type': its.type === 'events_api' ? 'application/json' : 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': right ? `v0=${signature}` : printable(wrong),
    };
    const { status } = await fetch(url, { method: 'POST', body, headers });
    // Too long a header is refused before anybody looks at it.
    if (!right) expect([401, 431]).toContain(status);
    else expect(status).toBeLessThan(600);
    if (right) for (const one of stored.slice(before)) signed.add(one.id);
  });
  expect(stored.filter(({ id }) => !signed.has(id))).toEqual([]);
  expect(stored.length).toBeGreaterThan(0);
  for (const delivery of stored) expectStorable(delivery);
}

/** Frames as Slack sends them over its WebSocket, and frames that are none; after all of them it still listens. */
async function overSocket(runs: number): Promise<void> {
  const frames = drawn(
    'Slack over Socket Mode',
    runs,
    fc.oneof(
      { weight: 5, arbitrary: sent },
      { weight: 1, arbitrary: mutatedText('{"type":"hello"}', '{', '') },
    ),
  );
  const slack = await socketServer();
  const { app, stored } = receiving({ kind: 'socket', appToken: 'xapp-fuzz' }, `${slack.url}/api/`);
  await app.start();
  frames.forEach((frame, index) => {
    slack.send(typeof frame === 'string' ? frame : JSON.stringify(envelope(frame, index)));
  });
  slack.send(
    JSON.stringify(
      envelope({ type: 'slash_commands', payload: { ...COMMAND, trigger_id: 'the.last.one' } }, runs),
    ),
  );
  await expect.poll(() => stored.some(({ id }) => id === 'cmd:the.last.one'), { timeout: 60_000 }).toBe(true);
  for (const delivery of stored) expectStorable(delivery);
  await app.stop();
}

function envelope({ type, payload }: Sent, index: number) {
  return { type, envelope_id: `e${index}`, payload, accepts_response_payload: true };
}

function receiving(
  transport: SlackTransport,
  apiUrl?: string,
): { readonly app: SlackApp; readonly stored: Delivery[] } {
  const stored: Delivery[] = [];
  const identity = { teamId: COMMAND.team_id, botUserId: 'U0BO0000001', botId: 'B0' };
  const app = createSlackApp({
    transport,
    botToken: 'xoxb-fuzz',
    identity,
    ...(apiUrl === undefined ? {} : { apiUrl }),
    clock: systemClock,
    log: silent,
  });
  receive(app.bolt, {
    identity,
    words: en,
    reactions: ['white_check_mark', 'no_entry'],
    services: [{ name: 'api', environments: ['staging', 'production'] }],
    accept: async (delivery) => {
      stored.push(delivery);
      return 'stored';
    },
    openForm: () => null,
    openSilenceForm: async () => undefined,
    versions: async () => [],
    ephemeral: async () => undefined,
    log: silent,
  });
  return { app, stored };
}

/** The two things of Slack that a Socket Mode client needs: where to connect, and somebody there. */
async function socketServer() {
  const web: Express = express();
  const server = createServer(web);
  const sockets = new WebSocketServer({ server });
  const url = await listening(server);
  web.post('/api/apps.connections.open', (_request, response) => {
    response.json({ ok: true, url: url.replace('http:', 'ws:') });
  });
  sockets.on('connection', (socket) => socket.send(JSON.stringify({ type: 'hello', num_connections: 1 })));
  const send = (frame: string): void => {
    for (const socket of sockets.clients) socket.send(frame);
  };
  return { url, send };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return `http://127.0.0.1:${address.port}`;
}

/** As Slack writes it: events as JSON, interactions as JSON in a form, commands as a form. */
function bodyOf({ type, payload }: Sent): string {
  const json = JSON.stringify(payload) ?? '';
  if (type === 'events_api') return json;
  if (type === 'interactive' || typeof payload !== 'object' || payload === null) {
    return `payload=${encodeURIComponent(json.toWellFormed())}`;
  }
  return Object.entries(payload)
    .map(([key, value]) => `${encodeURIComponent(key.toWellFormed())}=${encodeURIComponent(textOf(value))}`)
    .join('&');
}

function textOf(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed();
}

/** What can stand in a header. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

async function inBatches<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < all.length; from += AT_ONCE) {
    await Promise.all(all.slice(from, from + AT_ONCE).map(work));
  }
}
