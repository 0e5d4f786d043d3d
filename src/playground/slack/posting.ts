import type { Caller } from './callers.ts';
import type { Channel, Message, Payload } from './entities.ts';
import { messageJson } from './message-json.ts';
import { messageKey } from './store.ts';
import type { Workspace } from './workspace.ts';

/** What a message says; everything but `text` may be empty. */
export interface Content {
  readonly text: string;
  readonly blocks: readonly Payload[];
  readonly attachments: readonly Payload[];
  readonly metadata: Payload | null;
  /** IDs. */
  readonly files: readonly string[];
}

export interface Draft {
  readonly author: Caller;
  readonly channel: Channel;
  /** The thread's first message, or null. */
  readonly threadTs: string | null;
  /** `thread_broadcast` shows a reply in the channel too; `channel_join` and the like are notices. */
  readonly subtype: string | null;
  readonly content: Content;
}

export const emptyContent: Content = { text: '', blocks: [], attachments: [], metadata: null, files: [] };

/** Posts a message: remembered, shown to the channel's members, told to the app. */
export function post(workspace: Workspace, draft: Draft): Message {
  const { store, audience } = workspace;
  const { channel } = draft;
  const message = compose(workspace, draft, null);
  store.messages.put(messageKey(channel.id, message.ts), message);
  const json = messageJson(workspace, message);
  audience.tell(channel.members, { type: 'message', channel: channel.id, message: json });
  if (message.thread_ts !== null) showReplyCount(workspace, channel, message.thread_ts);
  announceMessage(workspace, channel, { ...json, event_ts: message.ts });
  announceMention(workspace, channel, message, json);
  return message;
}

/** Shows a message to one person only. */
export function postEphemeral(workspace: Workspace, draft: Draft, addressee: string): Message {
  const { store, audience } = workspace;
  const message = compose(workspace, draft, addressee);
  const { channel, ts } = store.ephemerals.put(messageKey(draft.channel.id, message.ts), message);
  audience.tell([addressee], { type: 'ephemeral', channel, message: messageJson(workspace, message) });
  return store.ephemerals.get(messageKey(channel, ts)) ?? message;
}

/** Changes what a message says. */
export function edit(workspace: Workspace, message: Message, content: Content): Message {
  const { store, audience } = workspace;
  const ts = store.nextTs();
  const edited = { ...message, ...content, edited: { user: message.user, ts } };
  if (message.addressee !== null) return editEphemeral(workspace, edited, message.addressee);
  store.messages.put(messageKey(message.channel, message.ts), edited);
  const channel = channelOf(workspace, message);
  const json = messageJson(workspace, edited);
  audience.tell(channel.members, { type: 'message_changed', channel: channel.id, message: json });
  const previous = messageJson(workspace, message);
  const change = { type: 'message', subtype: 'message_changed', message: json, previous_message: previous };
  announceMessage(workspace, channel, { ...change, hidden: true, ts, event_ts: ts });
  return edited;
}

/** Removes a message; the first one of a thread leaves a tombstone, as in Slack. */
export function remove(workspace: Workspace, message: Message): void {
  const { store, audience } = workspace;
  const key = messageKey(message.channel, message.ts);
  const { channel: channelId, ts } = message;
  if (message.addressee !== null) {
    store.ephemerals.remove(key);
    audience.tell([message.addressee], { type: 'ephemeral_deleted', channel: channelId, ts });
    return;
  }
  const channel = channelOf(workspace, message);
  const previous = messageJson(workspace, message);
  if ('reply_count' in previous) store.messages.put(key, tombstone(message));
  else store.messages.remove(key);
  audience.tell(channel.members, { type: 'message_deleted', channel: channelId, ts });
  if (message.thread_ts !== null) showReplyCount(workspace, channel, message.thread_ts);
  const eventTs = store.nextTs();
  const change = { type: 'message', subtype: 'message_deleted', deleted_ts: ts, previous_message: previous };
  announceMessage(workspace, channel, { ...change, hidden: true, ts: eventTs, event_ts: eventTs });
}

/** The channel that a remembered message stands in. */
export function channelOf(workspace: Workspace, message: Message): Channel {
  const channel = workspace.store.channels.get(message.channel);
  if (channel === undefined) throw new Error(`message ${message.ts} is in no channel: ${message.channel}`);
  return channel;
}

function compose(workspace: Workspace, draft: Draft, addressee: string | null): Message {
  const { app } = workspace.seed;
  return {
    ...draft.content,
    channel: draft.channel.id,
    ts: workspace.store.nextTs(),
    thread_ts: draft.threadTs,
    user: draft.author.userId,
    bot_id: draft.author.kind === 'user' ? null : app.bot_id,
    subtype: draft.subtype,
    reactions: [],
    edited: null,
    addressee,
  };
}

function editEphemeral(workspace: Workspace, message: Message, addressee: string): Message {
  const { channel, ts } = message;
  workspace.store.ephemerals.put(messageKey(channel, ts), message);
  const json = messageJson(workspace, message);
  workspace.audience.tell([addressee], { type: 'ephemeral_changed', channel, message: json });
  return message;
}

function tombstone(message: Message): Message {
  const text = 'This message was deleted.';
  return {
    ...message,
    ...emptyContent,
    text,
    subtype: 'tombstone',
    user: 'USLACKBOT',
    bot_id: null,
    reactions: [],
  };
}

function showReplyCount(workspace: Workspace, channel: Channel, threadTs: string): void {
  const parent = workspace.store.messages.get(messageKey(channel.id, threadTs));
  if (parent === undefined) return;
  const message = messageJson(workspace, parent);
  workspace.audience.tell(channel.members, { type: 'message_changed', channel: channel.id, message });
}

const SUBSCRIPTIONS = { public: 'message.channels', private: 'message.groups', im: 'message.im' } as const;
const CHANNEL_TYPES = { public: 'channel', private: 'group', im: 'im' } as const;

/** Tells the app what happens in channels that it is in. */
function announceMessage(workspace: Workspace, channel: Channel, event: Payload): void {
  if (!channel.members.includes(workspace.seed.app.user_id)) return;
  const place = { channel: channel.id, channel_type: CHANNEL_TYPES[channel.kind] };
  workspace.app.announce(SUBSCRIPTIONS[channel.kind], { ...event, ...place });
}

function announceMention(workspace: Workspace, channel: Channel, message: Message, json: Payload): void {
  const { app } = workspace.seed;
  const isMentioned = new RegExp(`<@${app.user_id}(\\|[^>]*)?>`).test(message.text);
  if (!isMentioned || channel.kind === 'im' || !channel.members.includes(app.user_id)) return;
  const place = { channel: channel.id, event_ts: message.ts };
  workspace.app.announce('app_mention', { ...json, type: 'app_mention', ...place });
}
