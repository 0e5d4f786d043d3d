import pino from 'pino';
import { expect, onTestFinished } from 'vitest';
import { createClients, type LimitedMethod, type SlackClients } from '../../../src/slack/clients.ts';
import { systemClock } from '../../../src/slack/clock.ts';
import type { MessageContent } from '../../../src/slack/content.ts';
import { type Identity, identify } from '../../../src/slack/identity.ts';
import { createPublisher, type Publisher } from '../../../src/slack/publisher.ts';
import { createPublishingTurn } from '../../../src/slack/publishing-turn.ts';
import type { ObservedCall, PostedMessage } from '../../../src/slack/sender.ts';
import { pictureStore } from '../../../src/store/pictures.ts';
import { type Publication, publicationStore, putPublication } from '../../../src/store/publications.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import {
  DEPLOYS,
  type RunningWorkspace,
  startWorkspace,
  type WorkspaceChoices,
} from '../playground-slack/running-workspace.ts';

export const silent = pino({ level: 'silent' });

/** The local Slack, a database, and the clients that the bot has. */
export interface Rig {
  readonly slack: RunningWorkspace;
  readonly test: TestDatabase;
  readonly clients: SlackClients;
  /** Every time that Slack told a client to wait. */
  readonly limited: readonly LimitedMethod[];
  readonly identity: Identity;
  put(key: string, changes?: Partial<Publication<MessageContent>>): Promise<void>;
  /** What everybody sees in the channel, newest first. */
  shown(): Promise<readonly ShownMessage[]>;
  /** Calls that Slack refused, by method and error. */
  refused(): Readonly<Record<string, number>>;
}

export interface ShownMessage {
  readonly ts: string;
  readonly text: string;
  readonly reactions: readonly string[];
}

export async function startRig(choices: WorkspaceChoices = {}): Promise<Rig> {
  const test = await createTestDatabase();
  onTestFinished(() => test.drop());
  const slack = await startWorkspace(choices);
  const botToken = slack.workspace.seed.app.bot_token;
  const limited: LimitedMethod[] = [];
  const clients = createClients({
    botToken,
    apiUrl: slack.apiUrl,
    onLimited: (method) => void limited.push(method),
    log: silent,
  });
  const identity = await identify(clients.asking);
  return {
    slack,
    test,
    clients,
    limited,
    identity,
    put: (key, changes) =>
      putPublication(test.database, {
        key,
        channelId: DEPLOYS,
        thread: null,
        priority: 0,
        content: { text: key, blocks: [] },
        reactions: [],
        ...changes,
      }),
    shown: () => shownTo(slack),
    refused: () => slack.workspace.counters.read().refused,
  };
}

export interface RunningPublisher {
  readonly publisher: Publisher;
  readonly observed: readonly ObservedCall[];
  readonly posted: readonly PostedMessage[];
  /** Ends it as a kill would: nothing is flushed or told. */
  kill(): Promise<void>;
}

/** A publisher with the real clients and a real PostgreSQL, stopped when the test ends. */
export function startPublisher({ clients, identity, test }: Rig): RunningPublisher {
  const observed: ObservedCall[] = [];
  const posted: PostedMessage[] = [];
  const turn = createPublishingTurn({ url: test.url, clock: systemClock, log: silent });
  const publisher = createPublisher({
    client: clients.publishing,
    botUserId: identity.botUserId,
    fetch,
    store: { ...publicationStore<MessageContent>(test.database), ...pictureStore(test.database) },
    turn,
    clock: systemClock,
    log: silent,
    observe: (call) => void observed.push(call),
    onPosted: (message) => void posted.push(message),
  });
  publisher.start();
  onTestFinished(() => publisher.stop());
  return { publisher, observed, posted, kill: () => turn.stop() };
}

export async function eventuallySo(check: () => Promise<void> | void, timeout = 20_000): Promise<void> {
  await expect.poll(async () => outcomeOf(check), { timeout, interval: 25 }).toBe('so');
}

async function outcomeOf(check: () => Promise<void> | void): Promise<string> {
  try {
    await check();
    return 'so';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function shownTo({ as }: RunningWorkspace): Promise<readonly ShownMessage[]> {
  const { messages = [] } = await as('ana').conversations.history({ channel: DEPLOYS, limit: 500 });
  return messages.map(({ ts = '', text = '', reactions = [] }) => ({
    ts,
    text,
    reactions: reactions.flatMap(({ name }) => (name === undefined ? [] : [name])),
  }));
}
