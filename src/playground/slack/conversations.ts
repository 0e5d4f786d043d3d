import type { Caller } from './callers.ts';
import type { Channel, Message, Payload } from './entities.ts';
import { newId } from './ids.ts';
import type { Directory } from './markup.ts';
import { emptyContent, post } from './posting.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import { messageKey } from './store.ts';
import type { Workspace } from './workspace.ts';

/** The channel by its ID, if the caller may know of it. */
export function findChannel(workspace: Workspace, caller: Caller, id: string): Channel | Refusal {
  const channel = workspace.store.channels.get(id);
  if (channel === undefined) return refuse('channel_not_found');
  const known = channel.kind === 'public' || channel.members.includes(caller.userId);
  return known ? channel : refuse('channel_not_found');
}

/** The channel by its ID, if the caller is in it. */
export function findJoinedChannel(workspace: Workspace, caller: Caller, id: string): Channel | Refusal {
  const channel = findChannel(workspace, caller, id);
  if (isRefusal(channel)) return channel;
  return channel.members.includes(caller.userId) ? channel : refuse('not_in_channel');
}

/**
 * Where a message goes: a channel's ID, its name with or without `#`, or a person's ID for a direct message.
 */
export function findDestination(workspace: Workspace, caller: Caller, to: string): Channel | Refusal {
  if (workspace.store.users.get(to) !== undefined) return openDirect(workspace, caller, to);
  const named = workspace.store.channels.all().find(({ name }) => name === to.replace(/^#/, ''));
  const channel = findJoinedChannel(workspace, caller, named?.id ?? to);
  if (isRefusal(channel)) return channel;
  return channel.is_archived ? refuse('is_archived') : channel;
}

/** The direct-message channel of two, opened if there is none yet. */
export function openDirect(workspace: Workspace, caller: Caller, userId: string): Channel | Refusal {
  const { store, clock } = workspace;
  if (store.users.get(userId) === undefined) return refuse('user_not_found');
  const members = [caller.userId, userId];
  const known = store.channels
    .all()
    .find(({ kind, members: both }) => kind === 'im' && members.every((id) => both.includes(id)));
  if (known !== undefined) return known;
  const id = newId('D');
  const created = Math.floor(clock.now() / 1000);
  const channel = { id, name: '', topic: '', kind: 'im' as const, members, created, read: {} };
  return store.channels.put(id, { ...channel, creator: caller.userId, is_archived: false });
}

/** Makes the caller a member, with the notice that Slack posts. */
export function join(workspace: Workspace, caller: Caller, channel: Channel): Channel {
  if (channel.members.includes(caller.userId)) return channel;
  const members = [...channel.members, caller.userId];
  const joined = workspace.store.channels.put(channel.id, { ...channel, members });
  const content = { ...emptyContent, text: `<@${caller.userId}> has joined the channel` };
  const author = caller;
  const { ts } = post(workspace, {
    author,
    channel: joined,
    threadTs: null,
    subtype: 'channel_join',
    content,
  });
  const event = { type: 'member_joined_channel', user: caller.userId, channel: channel.id, event_ts: ts };
  const place = { channel_type: 'C', team: workspace.seed.team.id };
  if (members.includes(workspace.seed.app.user_id))
    workspace.app.announce('member_joined_channel', { ...event, ...place });
  return joined;
}

/** A message that everyone in the channel sees. */
export function findMessage(workspace: Workspace, channel: Channel, ts: string): Message | undefined {
  return workspace.store.messages.get(messageKey(channel.id, ts));
}

/** A message that this caller sees: everyone's, or an ephemeral one of their own. */
export function findVisible(workspace: Workspace, caller: Caller, place: MessagePlace): Message | undefined {
  const key = messageKey(place.channel, place.ts);
  const ephemeral = workspace.store.ephemerals.get(key);
  const own = ephemeral?.addressee === caller.userId ? ephemeral : undefined;
  return workspace.store.messages.get(key) ?? own;
}

export interface MessagePlace {
  readonly channel: string;
  readonly ts: string;
}

/** A conversation as Slack shows it to this caller. */
export function channelJson(workspace: Workspace, caller: Caller, channel: Channel): Payload {
  const isDirect = channel.kind === 'im';
  const common = {
    id: channel.id,
    created: channel.created,
    creator: channel.creator,
    is_archived: channel.is_archived,
    is_im: isDirect,
    is_mpim: false,
    is_org_shared: false,
    context_team_id: workspace.seed.team.id,
    last_read: channel.read[caller.userId] ?? '0000000000.000000',
  };
  if (isDirect) return { ...common, user: channel.members.find((id) => id !== caller.userId), is_open: true };
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_private: channel.kind === 'private',
    is_general: channel.name === 'general',
    is_shared: false,
    is_ext_shared: false,
    is_member: channel.members.includes(caller.userId),
    topic: { value: channel.topic, creator: channel.creator, last_set: channel.created },
    purpose: { value: '', creator: '', last_set: 0 },
    num_members: channel.members.length,
  };
}

/** The names that people can type. */
export function directory(workspace: Workspace): Directory {
  const { users, channels, userGroups } = workspace.store;
  const named = channels.all().filter(({ kind }) => kind !== 'im');
  return {
    users: new Map(users.all().map(({ name, id }) => [name.toLowerCase(), id])),
    channels: new Map(named.map(({ name, id }) => [name, id])),
    groups: new Map(userGroups.all().map(({ handle, id }) => [handle, id])),
  };
}
