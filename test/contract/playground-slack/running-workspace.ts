import { createServer } from 'node:http';
import { App, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebAPIPlatformError, WebClient } from '@slack/web-api';
import express from 'express';
import { expect, onTestFinished, vi } from 'vitest';
import { type Journal, memoryJournal } from '../../../src/playground/journal.ts';
import { loopbackOnly } from '../../../src/playground/loopback-only.ts';
import { type Clock, systemClock } from '../../../src/playground/slack/clock.ts';
import { defaultSeed, type Limits, type WorkspaceSeed } from '../../../src/playground/slack/seed.ts';
import { attachSlack, controlRouter, workspaceRouter } from '../../../src/playground/slack/server.ts';
import { createWorkspace, type Workspace } from '../../../src/playground/slack/workspace.ts';

export const DEPLOYS = 'C0DEPLOYS01';
export const ANA = 'U0ANA000001';
export const BO = 'U0BO0000001';
export const BOT_USER = 'U0SLIPWAY01';

const COMMANDS = [
  { command: '/deploy', description: 'Ship a version', usage_hint: 'service version environment' },
  { command: '/status', description: 'What is serving', usage_hint: '' },
].map((command) => ({ ...command, should_escape: command.command === '/status' }));

export interface RunningWorkspace {
  readonly workspace: Workspace;
  readonly origin: string;
  readonly apiUrl: string;
  /** A person's official client. */
  as(name: 'ana' | 'bo' | 'chen' | 'dana'): WebClient;
  /** The bot's official client. */
  readonly bot: WebClient;
  control(path: string, setting: object): Promise<unknown>;
}

export interface WorkspaceChoices {
  readonly journal?: Journal;
  readonly seed?: WorkspaceSeed;
  readonly clock?: Clock;
}

/** Limits short enough to wait for. */
export function seedWith(limits: Partial<Limits>): WorkspaceSeed {
  return { ...defaultSeed, limits: { ...defaultSeed.limits, ...limits } };
}

/** A workspace that serves on a free loopback port until the test ends. */
export async function startWorkspace(choices: WorkspaceChoices = {}): Promise<RunningWorkspace> {
  const app = express();
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  const { port } = address;
  const origin = `http://127.0.0.1:${port}`;
  const { journal = memoryJournal(), clock = systemClock, seed = defaultSeed } = choices;
  const workspace = createWorkspace({ journal, origin, commands: COMMANDS, seed, clock });
  app.use(loopbackOnly(port));
  app.use('/playground', workspaceRouter(workspace));
  app.use('/playground/control', controlRouter(workspace));
  attachSlack({ app, server, workspace });
  onTestFinished(async () => {
    await eventually(() => expect(workspace.app.socketMode.connected()).toBe(false));
    workspace.close();
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const client = (token: string) =>
    new WebClient(token, {
      slackApiUrl: `${origin}/api/`,
      logLevel: LogLevel.ERROR,
      retryConfig: { retries: 0 },
    });
  return {
    workspace,
    origin,
    apiUrl: `${origin}/api/`,
    as: (name) => client(`xoxp-playground-${name}`),
    bot: client(seed.app.bot_token),
    control: async (path, setting) => {
      const request = { method: 'POST', body: JSON.stringify(setting) };
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${origin}/playground/control${path}`, { ...request, headers })).json();
    },
  };
}

/** The official Bolt app in Socket Mode, stopped when the test ends. Lost connections are noticed quickly. */
export async function startBolt(
  { apiUrl, workspace }: RunningWorkspace,
  register: (app: App) => void,
): Promise<App> {
  const { bot_token: token, app_token: appToken } = workspace.seed.app;
  const clientOptions = { slackApiUrl: apiUrl };
  const logLevel = LogLevel.ERROR;
  const receiver = new SocketModeReceiver({
    appToken,
    logLevel,
    clientPingTimeout: 300,
    installerOptions: { clientOptions },
  });
  const app = new App({ token, receiver, logLevel, clientOptions });
  register(app);
  await app.start();
  onTestFinished(async () => void (await app.stop()));
  return app;
}

/** The error code that Slack gave. */
export async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return error.data.error;
    throw error;
  }
  return 'no error';
}

/** Waits until the check passes. */
export function eventually<Result>(check: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(check, { timeout: 15_000 });
}
