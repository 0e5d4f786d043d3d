/** @module Whose attention a message wants: unread dots on channels, badges on people who are named. Pure. */
import type { Message } from '../model/message.ts';
import type { Group } from '../model/workspace.ts';
import type { PlaygroundEvent } from './event.ts';
import { type State, streamOf } from './state.ts';
import { isReply } from './stream.ts';

/** Keeps dots and badges while a channel goes from `before` to `next`. */
export function noteMessage(
  next: State,
  { change, channel, isNew }: Extract<PlaygroundEvent, { type: 'stream' }>,
  before: State,
): State {
  if (change.type === 'react') return next;
  const ts = change.type === 'put' ? change.message.ts : change.ts;
  const message = change.type === 'put' ? change.message : undefined;
  const earlier = streamOf(before, channel).messages.find((known) => known.ts === ts);
  const waiting = noteNamed(next, { key: `${channel}:${ts}`, message, earlier });
  const isUnseen =
    message !== undefined &&
    isNew &&
    channel !== next.channel &&
    message.user !== next.me &&
    !isReply(message);
  const unread = isUnseen ? { ...next.unread, [channel]: (next.unread[channel] ?? 0) + 1 } : next.unread;
  return { ...next, waiting, unread };
}

interface NamingMessage {
  readonly key: string;
  /** The message as it is now; undefined once it is gone. */
  readonly message: Message | undefined;
  readonly earlier: Message | undefined;
}

/** Who is newly named has the message waiting; who is no longer named has not. */
function noteNamed(
  { me, groups, waiting }: State,
  { key, message, earlier }: NamingMessage,
): State['waiting'] {
  const named = expandGroups(message?.mentions ?? [], groups).filter(
    (id) => id !== me && id !== message?.user,
  );
  const known = expandGroups(earlier?.mentions ?? [], groups);
  const people = new Set([...Object.keys(waiting), ...named]);
  const entries = [...people].map((id) => {
    const others = (waiting[id] ?? []).filter((one) => one !== key);
    const isWaiting = named.includes(id) && (!known.includes(id) || waiting[id]?.includes(key) === true);
    return [id, isWaiting ? [...others, key] : others] as const;
  });
  return Object.fromEntries(entries);
}

/** People, for people and groups. */
function expandGroups(ids: readonly string[], groups: readonly Group[]): readonly string[] {
  const expanded = ids.flatMap((id) => groups.find((group) => group.id === id)?.users ?? [id]);
  return [...new Set(expanded)];
}
