/**
 * @module A stand-in for the playground's server, so that the page can be tried without it. It keeps the contract
 * and is strict about it: a method, a token or an argument that the contract does not know is refused and recorded.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { pageRoutes } from '../../../src/playground/page-routes.ts';
import { FORM, REFUSAL } from './form.ts';
import { history, type Json } from './messages.ts';
import { BO, BOT, CHEN, CLOUD, WORKSPACE } from './workspace.ts';

export interface StandIn {
  readonly url: string;
  /** Every Web API call, as `{method, user, args}`. */
  readonly calls: readonly { readonly method: string; readonly user: string; readonly args: Json }[];
  /** What was refused: empty at the end of a good test. */
  readonly refused: readonly string[];
  /** Sends an event to everybody, or to one person. */
  readonly send: (event: Json, user?: string) => void;
  /** Cuts all event streams, as a restarted server would. */
  readonly disconnect: () => void;
  readonly close: () => Promise<void>;
}

interface Channels {
  [channel: string]: Json[];
}

const CHART = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 520 180"><rect width="520" height="180" fill="#eef3f3"/>
<path d="M20 150 L120 146 L220 148 L320 120 L420 52 L500 34" fill="none" stroke="#c03328" stroke-width="4"/>
<path d="M20 130 H500" stroke="#54707a" stroke-dasharray="6 6"/></svg>`;

class Workspace {
  readonly calls: { method: string; user: string; args: Json }[] = [];
  readonly refused: string[] = [];
  readonly streams = new Set<{ readonly user: string; readonly response: Response }>();
  readonly channels: Channels;
  #ts: number;

  constructor(base: number) {
    this.channels = { ...Object.fromEntries(WORKSPACE.channels.map(({ id }) => [id, []])), ...history(base) };
    this.#ts = base + 3600;
  }

  send = (event: Json, user?: string): void => {
    for (const stream of this.streams) {
      if (user === undefined || stream.user === user)
        stream.response.write(`data: ${JSON.stringify(event)}\n\n`);
    }
  };

  post(channel: string, message: Json): void {
    const complete = { type: 'message', ts: this.nextTs(), ...message };
    this.channels[channel]?.push(complete);
    this.send({ type: 'message', channel, message: complete });
  }

  nextTs(): string {
    this.#ts += 1;
    return this.#ts.toFixed(6);
  }
}

type Method = (workspace: Workspace, user: string, args: Json) => Json;

const str = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The Web API methods that the contract names and the page uses. */
const METHODS: Readonly<Record<string, Method>> = {
  'conversations.history': ({ channels }, _user, { channel }) => ({
    ok: true,
    messages: (channels[str(channel)] ?? [])
      .filter((m) => m.thread_ts === undefined || m.thread_ts === m.ts)
      .toReversed(),
    has_more: false,
  }),
  'conversations.replies': ({ channels }, _user, { channel, ts }) => ({
    ok: true,
    messages: (channels[str(channel)] ?? []).filter((m) => m.ts === ts || m.thread_ts === ts),
  }),
  'conversations.info': (_workspace, _user, { channel }) => ({ ok: true, channel: { id: channel } }),
  'conversations.mark': () => ({ ok: true }),
  'usergroups.list': () => ({
    ok: true,
    usergroups: [{ id: 'S0RELEASE', handle: 'release-managers', users: [BO, CHEN] }],
  }),
  'chat.postMessage': (workspace, user, { channel, text, thread_ts }) => {
    workspace.post(str(channel), { user, text, ...(thread_ts === undefined ? {} : { thread_ts }) });
    return { ok: true };
  },
  'chat.command': runCommand,
  'reactions.add': (workspace, user, args) => react(workspace, 'reaction_added', { user, ...args }),
  'reactions.remove': (workspace, user, args) => react(workspace, 'reaction_removed', { user, ...args }),
  'blocks.actions': (workspace, user, args) => {
    const [action] = args.actions as Json[];
    if (action?.action_id === 'form') workspace.send({ type: 'view_opened', view: FORM }, user);
    return { ok: true };
  },
  'blocks.suggestions': (_workspace, _user, { value }) => ({
    ok: true,
    options: ['v1.0.0', 'v1.1.0', 'v1.2.0', 'v1.4.0-flaky']
      .filter((version) => version.includes(str(value)))
      .map((version) => ({ text: { type: 'plain_text', text: version }, value: version })),
  }),
  'views.submit': (workspace, user, { state }) => {
    const reason = JSON.stringify(state);
    if (reason.includes('because')) {
      return { ok: true, response_action: 'errors', errors: { reason: 'Say what for, not “because”.' } };
    }
    workspace.send({ type: 'view_closed', view: FORM }, user);
    return { ok: true };
  },
  'views.close': () => ({ ok: true }),
};

/** `/deploy` alone opens the form, a misspelt one is refused, `slow` goes unanswered, others get a message. */
function runCommand(workspace: Workspace, user: string, { channel, command, text }: Json): Json {
  const words = str(text);
  if (words === '') workspace.send({ type: 'view_opened', view: FORM }, user);
  else if (words.includes('prodution')) {
    const message = {
      ts: workspace.nextTs(),
      user: BOT,
      bot_id: 'B0SLIPWAY',
      text: REFUSAL,
      is_ephemeral: true,
    };
    workspace.send({ type: 'ephemeral', channel, message }, user);
  } else if (words.includes('slow')) {
    workspace.send({ type: 'command_error', channel, command, text, error: 'operation_timeout' }, user);
    return { ok: false, error: 'operation_timeout' };
  } else
    workspace.post(str(channel), { user: BOT, bot_id: 'B0SLIPWAY', text: `:rocket: *${command}* ${words}` });
  return { ok: true };
}

function react(workspace: Workspace, type: string, { user, channel, timestamp, name }: Json): Json {
  workspace.send({ type, channel, ts: timestamp, user, reaction: name });
  return { ok: true };
}

function callMethod(workspace: Workspace, request: Request, response: Response): void {
  const method = str(request.params.method);
  const user = WORKSPACE.users.find(({ token }) => request.headers.authorization === `Bearer ${token}`);
  const handler = METHODS[method];
  if (user === undefined || handler === undefined) {
    workspace.refused.push(method);
    response.json({ ok: false, error: user === undefined ? 'invalid_auth' : 'unknown_method' });
    return;
  }
  const args = readForm(request.body);
  workspace.calls.push({ method, user: user.name, args });
  response.json(handler(workspace, user.id, args));
}

/** A form's values are strings; those that are JSON objects or lists were nested. */
function readForm(body: Record<string, string>): Json {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, /^[[{]/.test(value) ? JSON.parse(value) : value]),
  );
}

function openEvents(workspace: Workspace, request: Request, response: Response): void {
  const user = WORKSPACE.users.find(({ token }) => token === request.query.token);
  if (user === undefined) {
    response.sendStatus(401);
    return;
  }
  const stream = { user: user.id, response };
  response.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders();
  response.write(`retry: 200\ndata: ${JSON.stringify({ type: 'presence', app_connected: true })}\n\n`);
  workspace.streams.add(stream);
  response.on('close', () => workspace.streams.delete(stream));
}

/** Listens on a free loopback port, or on `port`. The history begins an hour before `now` (seconds). */
export async function startStandIn(now: number, port = 0): Promise<StandIn> {
  const workspace = new Workspace(now - 3600);
  const app = express();
  app.use(pageRoutes());
  app.get('/playground/workspace', (_request, response) => void response.json(WORKSPACE));
  app.get('/playground/cloud', (_request, response) => void response.json(CLOUD));
  app.get('/files/chart.svg', (_request, response) => void response.type('image/svg+xml').send(CHART));
  app.get('/playground/events', (request, response) => openEvents(workspace, request, response));
  app.post('/api/:method', express.urlencoded({ extended: false }), (request, response) =>
    callMethod(workspace, request, response),
  );
  const server = createServer(app).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const disconnect = (): void => {
    for (const { response } of workspace.streams) response.end();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: workspace.calls,
    refused: workspace.refused,
    send: workspace.send,
    disconnect,
    close: async () => {
      disconnect();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
