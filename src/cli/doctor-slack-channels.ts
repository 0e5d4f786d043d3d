import type { WebClient } from '@slack/web-api';
import type { Finding } from '../../integrations/target.ts';
import type { Config } from '../config/schema.ts';
import { type ChannelRef, isChannel } from '../policy/authorise.ts';

interface SlackChannel extends ChannelRef {
  readonly archived: boolean;
  /** Whether the bot is in it. */
  readonly joined: boolean;
}

/** Every channel that the config names is there, and the bot is in it. */
export async function examineChannels(bot: WebClient, config: Config): Promise<readonly Finding[]> {
  const spellings = channelsIn(config);
  if (spellings.length === 0) return [];
  const channels = await listChannels(bot);
  return spellings.map((spelling) => {
    const channel = channels.find((one) => isChannel(one, spelling));
    return { subject: `Channel ${spelling}`, ...judge(spelling, channel) };
  });
}

function channelsIn({ channels, environments, slack }: Config): readonly string[] {
  const named = [
    ...Object.keys(channels),
    ...Object.values(environments).flatMap((environment) => environment.channels),
    ...(slack.incidentChannel === undefined ? [] : [slack.incidentChannel]),
  ];
  return [...new Set(named)];
}

function judge(spelling: string, channel: SlackChannel | undefined): Omit<Finding, 'subject'> {
  if (channel === undefined) {
    const remedy = `Create it, or if it is private, invite the bot there: /invite @slipway. Else correct ${spelling} in the config.`;
    return { ok: false, detail: 'is not there, or is private without the bot', remedy };
  }
  if (channel.archived) {
    return { ok: false, detail: 'is archived', remedy: 'Unarchive it, or name another one in the config.' };
  }
  if (!channel.joined) {
    return {
      ok: false,
      detail: 'is there without the bot',
      remedy: 'Invite the bot there: /invite @slipway.',
    };
  }
  return { ok: true, detail: 'is there, with the bot in it', remedy: null };
}

async function listChannels(bot: WebClient): Promise<readonly SlackChannel[]> {
  const found: SlackChannel[] = [];
  let cursor: string | undefined;
  do {
    const page = await bot.conversations.list({
      types: 'public_channel,private_channel',
      limit: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { id, name, is_archived, is_member } of page.channels ?? []) {
      if (id === undefined) continue;
      found.push({ id, name: name ?? null, archived: is_archived ?? false, joined: is_member ?? false });
    }
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor !== undefined);
  return found;
}
