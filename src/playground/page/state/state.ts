/** @module Everything that the page shows, as one value. */

import type { View } from '../modal/view.ts';
import type { Cloud } from '../model/cloud.ts';
import type { Group } from '../model/workspace.ts';
import { EMPTY_STREAM, type Stream } from './stream.ts';

export interface State {
  /** The person whose eyes we look through. */
  readonly me: string;
  readonly channel: string;
  readonly groups: readonly Group[];
  /** The open thread's ts, or '' if none is open. */
  readonly thread: string;
  readonly streams: Readonly<Record<string, Stream>>;
  /** Messages not yet seen, by channel. */
  readonly unread: Readonly<Record<string, number>>;
  /** Messages (`channel:ts`) that name another person, until that person came to look at them, by person. */
  readonly waiting: Readonly<Record<string, readonly string[]>>;
  /** Open modals, the topmost last. */
  readonly views: readonly View[];
  /** What is typed and not sent, by draftKey. */
  readonly drafts: Readonly<Record<string, string>>;
  /** What each person sent, oldest first. */
  readonly sent: Readonly<Record<string, readonly string[]>>;
  readonly cloud: Cloud | undefined;
  /** Whether the bot is connected to the workspace. */
  readonly isAppConnected: boolean;
  /** Whether this page is connected to the playground. */
  readonly isOnline: boolean;
}

export function initialState(me: string, channel: string, groups: readonly Group[]): State {
  return {
    me,
    channel,
    groups,
    thread: '',
    streams: {},
    unread: {},
    waiting: {},
    views: [],
    drafts: {},
    sent: {},
    cloud: undefined,
    isAppConnected: true,
    isOnline: true,
  };
}

export function streamOf(state: State, channel: string): Stream {
  return state.streams[channel] ?? EMPTY_STREAM;
}

/** Where a person's unsent text of a channel, or of a thread in it, is kept. */
export function draftKey(me: string, channel: string, thread: string): string {
  return `${me}/${channel}/${thread}`;
}
