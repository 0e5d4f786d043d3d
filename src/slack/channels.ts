import type { WebClient } from '@slack/web-api';
import type { Logger } from 'pino';
import type { Presence } from '../domain/channel.ts';
import { outcomeOf } from './calls.ts';
import type { Clock } from './clock.ts';
import { Remembered } from './remembered.ts';

const KEPT = 300_000;
/**
 * Alerts ask each second, and Slack lets channels be listed about twenty times a minute: a channel that is made later
 * is found within a minute.
 */
const OTHERWISE = { missing: 60_000, failed: 10_000 } as const;
const PAGE = 200;

/** The Web API methods that channels are looked up by. */
export interface ChannelsClient {
  readonly conversations: Pick<WebClient['conversations'], 'info' | 'list'>;
}

/** A channel by its ID, and by its name where that could be looked up. */
export interface Channel {
  readonly id: string;
  /** Without `#`. */
  readonly name: string | null;
  readonly presence: Presence;
}

export interface Channels {
  /** Its name is null when the look-up failed. Never rejects. */
  channel(id: string): Promise<Channel>;
  /**
   * The ID of a channel that the config names: `#deploys`, `deploys` or an ID. Null if there was none within the last
   * minute; rejects if Slack does not say.
   */
  idOf(spelling: string): Promise<string | null>;
}

/** Names of channels and back, remembered for five minutes; that there is none, for one. */
export function createChannels(settings: {
  readonly client: ChannelsClient;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}): Channels {
  const { client, clock, log } = settings;
  // Whoever invites the bot should not have to wait for it.
  const joined = new Remembered<Channel>(clock, KEPT, { keeps: ({ presence }) => presence === 'inside' });
  const ids = new Remembered<string>(clock, KEPT, OTHERWISE);
  return {
    channel: async (id) => {
      if (id.startsWith('D')) return { id, name: null, presence: 'direct' };
      const read = await outcomeOf(() => joined.get(id, () => readChannel(client, id)));
      if (read.kind === 'done' && read.value !== null) return read.value;
      log.warn({ channelId: id, answer: read }, 'Slack did not say what a channel is called');
      return { id, name: null, presence: read.kind === 'refused' ? 'outside' : 'unknown' };
    },
    idOf: async (spelling) => {
      const name = spelling.replace(/^#/, '');
      if (/^[CG][A-Z0-9]{8,}$/.test(name)) return name;
      return ids.get(name, () => findId(client, name));
    },
  };
}

async function readChannel(client: ChannelsClient, id: string): Promise<Channel | null> {
  const { channel } = await client.conversations.info({ channel: id });
  if (channel?.name === undefined) return null;
  return { id, name: channel.name, presence: channel.is_member === false ? 'outside' : 'inside' };
}

async function findId(client: ChannelsClient, name: string): Promise<string | null> {
  for (let cursor: string | undefined; ; ) {
    const { channels, response_metadata } = await client.conversations.list({
      types: 'public_channel,private_channel',
      exclude_archived: true,
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const found = channels?.find((channel) => channel.name === name)?.id;
    if (found !== undefined) return found;
    cursor = response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return null;
  }
}
