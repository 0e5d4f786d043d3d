import { App, type AppOptions, ExpressReceiver, type ReceiverEvent, SocketModeReceiver } from '@slack/bolt';
import { Router } from 'express';
import type { Logger } from 'pino';
import { addressOf, slackLogger } from './clients.ts';
import type { Clock } from './clock.ts';
import type { Identity } from './identity.ts';
import { keepConnected } from './socket.ts';

/** Where Slack posts to, with signed HTTP: commands, events and interactions alike. */
export const SLACK_ENDPOINT = '/slack/events';

export type SlackTransport =
  | { readonly kind: 'socket'; readonly appToken: string }
  | { readonly kind: 'http'; readonly signingSecret: string };

export interface SlackAppSettings {
  readonly transport: SlackTransport;
  readonly botToken: string;
  readonly identity: Identity;
  /** Another address of the Web API; it ends in `/api/`. */
  readonly apiUrl?: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The way from Slack to us. */
export interface SlackApp {
  /** What listeners are registered on. */
  readonly bolt: App;
  /** The routes to mount on the bot's HTTP server; null with Socket Mode, which needs none. */
  readonly router: Router | null;
  /** Connects. Rejects if Slack will never take our tokens. */
  start(): Promise<void>;
  /** True while Slack can reach us, as far as we can know. */
  connected(): boolean;
  stop(): Promise<void>;
}

/** Bolt over Socket Mode or signed HTTP. It calls nothing before it is started. */
export function createSlackApp(settings: SlackAppSettings): SlackApp {
  const { transport } = settings;
  return transport.kind === 'socket'
    ? overSocket(settings, transport.appToken)
    : overHttp(settings, transport.signingSecret);
}

/**
 * Bolt acknowledges events before their listeners run. Here an event is acknowledged when its listeners
 * are done, and not at all when one fails: then Slack delivers it again.
 */
class StoredFirstApp extends App {
  override async processEvent(event: ReceiverEvent): Promise<void> {
    if (event.body.event === undefined) return super.processEvent(event);
    await super.processEvent({ ...event, ack: async () => undefined });
    await event.ack();
  }
}

function overSocket(settings: SlackAppSettings, appToken: string): SlackApp {
  const { clock, log, apiUrl } = settings;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: slackLogger(log),
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: { ...addressOf(apiUrl), retryConfig: { retries: 0 }, timeout: 10_000 },
    },
  });
  guardFrames(receiver.client, log);
  const bolt = new StoredFirstApp(boltOptions(settings, receiver));
  const socket = keepConnected(receiver.client, { clock, log });
  return {
    bolt,
    router: null,
    start: () => socket.start(),
    connected: () => socket.connected(),
    stop: () => socket.stop(),
  };
}

/** The client rejects without anybody listening on frames that it does not understand, which would end the process. */
function guardFrames(client: SocketModeReceiver['client'], log: Logger): void {
  const handlers = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', async (...frame: unknown[]) => {
    try {
      for (const handle of handlers) await handle.apply(client, frame);
    } catch (err) {
      log.warn({ err }, 'Slack sent something that is not understood, and it was put aside');
    }
  });
}

/** Bolt checks each request's signature, and that it is not older than five minutes. */
function overHttp(settings: SlackAppSettings, signingSecret: string): SlackApp {
  const router = Router();
  const receiver = new ExpressReceiver({
    signingSecret,
    logger: slackLogger(settings.log),
    endpoints: SLACK_ENDPOINT,
    router,
  });
  let taking = false;
  const bolt = new StoredFirstApp(boltOptions(settings, receiver));
  return {
    bolt,
    router,
    start: async () => {
      taking = true;
    },
    connected: () => taking,
    stop: async () => {
      taking = false;
    },
  };
}

function boltOptions(settings: SlackAppSettings, receiver: NonNullable<AppOptions['receiver']>): AppOptions {
  const { botToken, identity, apiUrl, log } = settings;
  return {
    receiver,
    token: botToken,
    botId: identity.botId,
    botUserId: identity.botUserId,
    convoStore: false,
    logger: slackLogger(log),
    clientOptions: addressOf(apiUrl),
  };
}
