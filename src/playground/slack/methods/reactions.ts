import { z } from 'zod';
import type { Caller } from '../callers.ts';
import { findJoinedChannel, findMessage } from '../conversations.ts';
import { canonicalEmoji } from '../emoji.ts';
import type { Channel, Message, Reaction } from '../entities.ts';
import { messageJson } from '../message-json.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import { messageKey } from '../store.ts';
import type { Workspace } from '../workspace.ts';
import { type Call, method } from './method.ts';

const MAX_KINDS = 50;

const named = z.object({ channel: z.string(), timestamp: z.string(), name: z.string() });

export const add = method(named, (call) => {
  const found = findReactable(call);
  if (isRefusal(found)) return found;
  const { channel, message } = found;
  const name = canonicalEmoji(call.args.name);
  if (name === undefined) return refuse('invalid_name');
  const { userId } = call.caller;
  const reaction = message.reactions.find((known) => known.name === name);
  if (reaction?.users.includes(userId)) return refuse('already_reacted');
  if (reaction === undefined && message.reactions.length >= MAX_KINDS) return refuse('too_many_reactions');
  const users = [...(reaction?.users ?? []), userId];
  const reactions = reaction
    ? message.reactions.map((known) => (known === reaction ? { name, users } : known))
    : [...message.reactions, { name, users }];
  change({ ...call, channel, message, reactions, type: 'reaction_added', name });
  return { ok: true };
});

export const remove = method(named, (call) => {
  const found = findReactable(call);
  if (isRefusal(found)) return found;
  const { channel, message } = found;
  const name = canonicalEmoji(call.args.name);
  if (name === undefined) return refuse('invalid_name');
  const { userId } = call.caller;
  const reaction = message.reactions.find((known) => known.name === name);
  if (!reaction?.users.includes(userId)) return refuse('no_reaction');
  const users = reaction.users.filter((id) => id !== userId);
  const reactions = message.reactions
    .map((known) => (known === reaction ? { name, users } : known))
    .filter((known) => known.users.length > 0);
  change({ ...call, channel, message, reactions, type: 'reaction_removed', name });
  return { ok: true };
});

export const get = method(z.object({ channel: z.string(), timestamp: z.string() }), (call) => {
  const found = findReactable(call);
  if (isRefusal(found)) return found;
  const message = messageJson(call.workspace, found.message);
  return { ok: true, type: 'message', channel: found.channel.id, message };
});

type Target = { readonly channel: string; readonly timestamp: string };

interface Reactable {
  readonly channel: Channel;
  readonly message: Message;
}

function findReactable({ workspace, caller, args }: Call<Target>): Reactable | Refusal {
  const channel = findJoinedChannel(workspace, caller, args.channel);
  if (isRefusal(channel)) return channel;
  if (!/^\d+\.\d+$/.test(args.timestamp)) return refuse('bad_timestamp');
  const message = findMessage(workspace, channel, args.timestamp);
  return message === undefined ? refuse('message_not_found') : { channel, message };
}

interface Change extends Reactable {
  readonly workspace: Workspace;
  readonly caller: Caller;
  readonly reactions: readonly Reaction[];
  readonly type: 'reaction_added' | 'reaction_removed';
  readonly name: string;
}

/** Remembers the reactions, shows them to the channel and tells the app. */
function change({ workspace, caller, channel, message, reactions, type, name }: Change): void {
  const { store, audience, app, seed } = workspace;
  store.messages.put(messageKey(channel.id, message.ts), { ...message, reactions });
  const { userId: user } = caller;
  audience.tell(channel.members, { type, channel: channel.id, ts: message.ts, user, reaction: name });
  if (!channel.members.includes(seed.app.user_id)) return;
  const item = { type: 'message', channel: channel.id, ts: message.ts };
  const event = { type, user, reaction: name, item, item_user: message.user, event_ts: store.nextTs() };
  app.announce(type, event);
}
