import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Config } from '../config/schema.ts';
import type { People } from '../domain/person.ts';
import { holdersOf } from '../policy/roles.ts';
import type { Database } from '../store/database.ts';
import { pictureStore } from '../store/pictures.ts';
import { publicationStore } from '../store/publications.ts';
import { createSlackApp, type SlackApp, type SlackTransport } from './app.ts';
import { type Channels, createChannels } from './channels.ts';
import { createClients, type LimitedMethod } from './clients.ts';
import { systemClock } from './clock.ts';
import type { MessageContent } from './content.ts';
import { createDirectory } from './directory.ts';
import { createEphemeral, type Ephemeral } from './ephemeral.ts';
import { createGroups } from './groups.ts';
import { type Identity, identify } from './identity.ts';
import { createMentions, type Mentions } from './mentions.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { createPublishingTurn } from './publishing-turn.ts';
import type { ObservedCall } from './sender.ts';

export interface SlackSettings {
  readonly botToken: string;
  readonly transport: SlackTransport;
  /** Another address of the Web API; it ends in `/api/`. */
  readonly apiUrl?: string;
}

/** Everything by which the bot speaks with one workspace. Nothing is received or published before it is started. */
export interface SlackConnection {
  readonly identity: Identity;
  readonly asking: WebClient;
  readonly app: SlackApp;
  readonly people: People;
  readonly channels: Channels;
  readonly mentions: Mentions;
  readonly publisher: Publisher;
  readonly ephemeral: Ephemeral;
}

/** Asks Slack who we are, and builds the rest on that. Rejects if Slack does not take the bot token. */
export async function connectSlack(options: {
  readonly slack: SlackSettings;
  readonly config: Config;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly observe: (call: ObservedCall) => void;
  readonly onLimited: (limited: LimitedMethod) => void;
  readonly log: Logger;
}): Promise<SlackConnection> {
  const { slack, config, onLimited, log } = options;
  const clock = systemClock;
  const address = slack.apiUrl === undefined ? {} : { apiUrl: slack.apiUrl };
  const { asking, publishing } = createClients({ botToken: slack.botToken, ...address, onLimited, log });
  const identity = await identify(asking);
  const groups = createGroups(asking, clock);
  const mentions = createMentions(asking, groups, log);
  await mentions.refresh(holdersOf(Object.keys(config.roles), config));
  return {
    identity,
    asking,
    mentions,
    app: createSlackApp({ ...slack, ...address, identity, clock, log }),
    people: createDirectory({
      client: asking,
      groups,
      teamId: identity.teamId,
      usesGroups: usesGroups(config),
      clock,
      log,
    }),
    channels: createChannels({ client: asking, clock, log }),
    ephemeral: createEphemeral({ client: publishing, clock, log, fetch }),
    publisher: createPublisher({
      client: publishing,
      botUserId: identity.botUserId,
      fetch,
      store: { ...publicationStore<MessageContent>(options.database), ...pictureStore(options.database) },
      turn: createPublishingTurn({ url: options.databaseUrl, clock, log }),
      clock,
      log,
      observe: options.observe,
      onPosted: () => undefined,
    }),
  };
}

function usesGroups(config: Config): boolean {
  return Object.values(config.roles).some((role) => role.groups.length > 0);
}
