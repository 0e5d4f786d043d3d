import { z } from 'zod';
import { findChannel, findDestination, findJoinedChannel, findMessage } from '../conversations.ts';
import type { Channel, Message } from '../entities.ts';
import { messageJson } from '../message-json.ts';
import { edit, post, postEphemeral as postForOne, remove } from '../posting.ts';
import { isRefusal, type Refusal, refuse, refuseWith } from '../refusal.ts';
import type { Workspace } from '../workspace.ts';
import { contentArguments, readContent } from './content.ts';
import { flag, method } from './method.ts';

const threadTs = z.string().optional();

export const postMessage = method(
  z.object({
    channel: z.string(),
    ...contentArguments,
    thread_ts: threadTs,
    reply_broadcast: flag.default(false),
  }),
  ({ workspace, caller, args }) => {
    const channel = findDestination(workspace, caller, args.channel);
    if (isRefusal(channel)) return channel;
    const thread = findThread(workspace, channel, args.thread_ts);
    if (isRefusal(thread)) return thread;
    const content = readContent(workspace, caller, args);
    if (isRefusal(content)) return content;
    const subtype = args.reply_broadcast && thread !== null ? 'thread_broadcast' : null;
    const draft = { author: caller, channel, threadTs: thread, subtype, content };
    const message = post(workspace, draft);
    return { ok: true, channel: channel.id, ts: message.ts, message: messageJson(workspace, message, true) };
  },
);

export const postEphemeral = method(
  z.object({ channel: z.string(), user: z.string(), ...contentArguments, thread_ts: threadTs }),
  ({ workspace, caller, args }) => {
    const channel = findDestination(workspace, caller, args.channel);
    if (isRefusal(channel)) return channel;
    if (!channel.members.includes(args.user)) return refuse('user_not_in_channel');
    const thread = findThread(workspace, channel, args.thread_ts);
    if (isRefusal(thread)) return thread;
    const content = readContent(workspace, caller, args);
    if (isRefusal(content)) return content;
    const draft = { author: caller, channel, threadTs: thread, subtype: null, content };
    return { ok: true, message_ts: postForOne(workspace, draft, args.user).ts };
  },
);

export const update = method(
  z.object({ channel: z.string(), ts: z.string(), ...contentArguments }),
  ({ workspace, caller, args }) => {
    const channel = findJoinedChannel(workspace, caller, args.channel);
    if (isRefusal(channel)) return channel;
    const message = findMessage(workspace, channel, args.ts);
    if (message === undefined) return refuse('message_not_found');
    if (message.user !== caller.userId || isNotice(message)) return refuse('cant_update_message');
    if (args.text === undefined && args.blocks === undefined && args.attachments === undefined)
      return refuse('no_text');
    const content = readContent(workspace, caller, args, message);
    if (isRefusal(content)) return content;
    const edited = edit(workspace, message, content);
    const { ts, text } = edited;
    return { ok: true, channel: channel.id, ts, text, message: messageJson(workspace, edited, true) };
  },
);

export const deleteMessage = method(
  z.object({ channel: z.string(), ts: z.string() }),
  ({ workspace, caller, args }) => {
    const channel = findChannel(workspace, caller, args.channel);
    if (isRefusal(channel)) return channel;
    const message = findMessage(workspace, channel, args.ts);
    if (message === undefined) return refuse('message_not_found');
    if (message.user !== caller.userId || isNotice(message)) return refuse('cant_delete_message');
    remove(workspace, message);
    return { ok: true, channel: channel.id, ts: message.ts };
  },
);

export const getPermalink = method(
  z.object({ channel: z.string(), message_ts: z.string() }),
  ({ workspace, caller, args }) => {
    const channel = findChannel(workspace, caller, args.channel);
    if (isRefusal(channel)) return channel;
    const message = findMessage(workspace, channel, args.message_ts);
    if (message === undefined) return refuse('message_not_found');
    const thread = message.thread_ts === null ? '' : `?thread_ts=${message.thread_ts}&cid=${channel.id}`;
    const permalink = `${workspace.origin}/archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`;
    return { ok: true, channel: channel.id, permalink };
  },
);

/** Joins and tombstones are Slack's own. */
function isNotice({ subtype }: Message): boolean {
  return subtype === 'channel_join' || subtype === 'tombstone';
}

/** The first message of the thread that `ts` belongs to; null without one. */
function findThread(workspace: Workspace, channel: Channel, ts: string | undefined): string | null | Refusal {
  if (ts === undefined || ts === '') return null;
  if (!/^\d+\.\d+$/.test(ts)) return refuseWith('invalid_thread_ts', [`${ts} is not a valid thread_ts`]);
  const message = findMessage(workspace, channel, ts);
  return message === undefined ? refuse('thread_not_found') : (message.thread_ts ?? message.ts);
}
