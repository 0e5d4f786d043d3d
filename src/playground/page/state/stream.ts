/** @module One channel's messages, threads included, and the changes that arrive for them. Pure. */
import type { Message, Reaction } from '../model/message.ts';

/** What can happen to a channel's messages. Every change may arrive twice and then changes nothing more. */
export type StreamChange =
  | { readonly type: 'put'; readonly message: Message }
  | { readonly type: 'remove'; readonly ts: string }
  | {
      readonly type: 'react';
      readonly ts: string;
      readonly user: string;
      readonly reaction: string;
      readonly on: boolean;
    };

export interface Stream {
  /** By ts, replies among them. */
  readonly messages: readonly Message[];
  readonly isLoaded: boolean;
  /** Whether the server has messages older than these. */
  readonly hasOlder: boolean;
  /** While the history is being read: what arrived meanwhile, to be applied on top of it. */
  readonly pending: readonly StreamChange[] | undefined;
}

export const EMPTY_STREAM: Stream = { messages: [], isLoaded: false, hasOlder: false, pending: undefined };

/** Marks that the history is being read, so that changes meanwhile are not lost to an older answer. */
export function beginLoading(stream: Stream): Stream {
  return { ...stream, pending: [] };
}

/** The history as read, brought up to date with what arrived while it was on its way. */
export function finishLoading(stream: Stream, history: readonly Message[], hasOlder: boolean): Stream {
  const loaded: Stream = { messages: history.toSorted(byTs), isLoaded: true, hasOlder, pending: undefined };
  return (stream.pending ?? []).reduce(applyChange, loaded);
}

/** Adds older messages, or those of one thread, without touching what is known already. */
export function addMessages(stream: Stream, more: readonly Message[], hasOlder = stream.hasOlder): Stream {
  const known = new Set(stream.messages.map((message) => message.ts));
  const fresh = more.filter((message) => !known.has(message.ts));
  return { ...stream, messages: [...stream.messages, ...fresh].toSorted(byTs), hasOlder };
}

export function applyChange(stream: Stream, change: StreamChange): Stream {
  const pending = stream.pending === undefined ? undefined : [...stream.pending, change];
  return { ...stream, pending, messages: changeMessages(stream.messages, change) };
}

/** The messages that stand in the channel itself. */
export function channelMessages(stream: Stream): readonly Message[] {
  return stream.messages.filter((message) => !isReply(message) || message.isBroadcast);
}

/** A thread: its first message, if known, and the replies. */
export function threadMessages(stream: Stream, threadTs: string): readonly Message[] {
  return stream.messages.filter((message) => message.ts === threadTs || message.threadTs === threadTs);
}

export function isReply(message: Message): boolean {
  return message.threadTs !== '' && message.threadTs !== message.ts;
}

const byTs = (a: Message, b: Message): number => Number(a.ts) - Number(b.ts);

function changeMessages(messages: readonly Message[], change: StreamChange): readonly Message[] {
  switch (change.type) {
    case 'put':
      return putMessage(messages, change.message);
    case 'remove':
      return messages.filter((message) => message.ts !== change.ts);
    case 'react':
      return messages.map((message) =>
        message.ts === change.ts ? { ...message, reactions: react(message.reactions, change) } : message,
      );
  }
}

function putMessage(messages: readonly Message[], message: Message): readonly Message[] {
  if (messages.some((known) => known.ts === message.ts)) {
    return messages.map((known) => (known.ts === message.ts ? message : known));
  }
  return countReply([...messages, message].toSorted(byTs), message);
}

/** Counts a new reply in its thread's first message, unless that message says that it is counted already. */
function countReply(messages: readonly Message[], reply: Message): readonly Message[] {
  if (!isReply(reply) || reply.isEphemeral) return messages;
  return messages.map((message) => {
    if (message.ts !== reply.threadTs || Number(message.latestReply) >= Number(reply.ts)) return message;
    const replyUsers = [...new Set([...message.replyUsers, reply.user])];
    return { ...message, replyCount: message.replyCount + 1, latestReply: reply.ts, replyUsers };
  });
}

function react(
  reactions: readonly Reaction[],
  { user, reaction, on }: { readonly user: string; readonly reaction: string; readonly on: boolean },
): readonly Reaction[] {
  const known = reactions.find(({ name }) => name === reaction);
  if (known === undefined) return on ? [...reactions, { name: reaction, users: [user] }] : reactions;
  const others = known.users.filter((id) => id !== user);
  const users = on ? (known.users.includes(user) ? known.users : [...known.users, user]) : others;
  return reactions
    .map((one) => (one === known ? { ...one, users } : one))
    .filter((one) => one.users.length > 0);
}
