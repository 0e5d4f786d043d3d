import type { WebClient } from '@slack/web-api';
import { withoutSkinTone } from './payloads.ts';

/** Who has reacted to a message with something that means a decision. */
export interface StandingReactions {
  /** User IDs, each once. */
  readonly approve: readonly string[];
  readonly reject: readonly string[];
}

/**
 * Reads which decisions stand on a message now: what came while the bot was away, and what was taken
 * back. The bot's own reactions are not among them. Rejects if Slack cannot be asked.
 */
export async function readReactions(
  client: { readonly reactions: Pick<WebClient['reactions'], 'get'> },
  request: {
    readonly channelId: string;
    readonly ts: string;
    readonly approveReaction: string;
    readonly rejectReaction: string;
    readonly botUserId: string;
  },
): Promise<StandingReactions> {
  const { channelId, ts, approveReaction, rejectReaction, botUserId } = request;
  const { message } = await client.reactions.get({ channel: channelId, timestamp: ts, full: true });
  const by = (name: string): readonly string[] => {
    const users = (message?.reactions ?? [])
      .filter((reaction) => withoutSkinTone(reaction.name ?? '') === name)
      .flatMap((reaction) => reaction.users ?? []);
    return [...new Set(users)].filter((userId) => userId !== botUserId);
  };
  return { approve: by(approveReaction), reject: by(rejectReaction) };
}
