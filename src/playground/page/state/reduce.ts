/** @module The one function that changes the page's state. Pure: time comes with the action. */

import type { View } from '../modal/view.ts';
import type { Cloud } from '../model/cloud.ts';
import type { Message } from '../model/message.ts';
import { noteMessage } from './attention.ts';
import type { PlaygroundEvent } from './event.ts';
import { commandFailure, notice } from './notice.ts';
import { initialState, type State, streamOf } from './state.ts';
import {
  addMessages,
  applyChange,
  beginLoading,
  channelMessages,
  finishLoading,
  type Stream,
} from './stream.ts';

export type Action =
  | { readonly type: 'event'; readonly event: PlaygroundEvent; readonly at: number }
  | { readonly type: 'become'; readonly person: string }
  | { readonly type: 'open_channel'; readonly channel: string }
  | { readonly type: 'open_thread'; readonly ts: string }
  | { readonly type: 'history_started'; readonly channel: string }
  | HistoryLoaded
  | {
      readonly type: 'older_loaded';
      readonly channel: string;
      readonly messages: readonly Message[];
      readonly hasOlder: boolean;
    }
  | { readonly type: 'thread_loaded'; readonly channel: string; readonly messages: readonly Message[] }
  | { readonly type: 'notice'; readonly words: string; readonly thread: string; readonly at: number }
  | { readonly type: 'dismiss'; readonly channel: string; readonly ts: string }
  | { readonly type: 'draft'; readonly key: string; readonly text: string }
  | { readonly type: 'sent'; readonly key: string; readonly text: string }
  | { readonly type: 'close_view'; readonly id: string }
  | { readonly type: 'clear_views' }
  | { readonly type: 'cloud'; readonly cloud: Cloud }
  | { readonly type: 'online'; readonly isOnline: boolean };

interface HistoryLoaded {
  readonly type: 'history_loaded';
  readonly channel: string;
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  /** ts of the newest message the person has seen; '' if the server does not say. */
  readonly lastRead: string;
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'event':
      return reduceEvent(state, action.event, action.at);
    case 'become':
      return become(state, action.person);
    case 'open_channel':
      return {
        ...state,
        channel: action.channel,
        thread: '',
        unread: { ...state.unread, [action.channel]: 0 },
      };
    case 'open_thread':
      return { ...state, thread: action.ts };
    case 'history_started':
      return withStream(state, action.channel, beginLoading);
    case 'history_loaded':
      return historyLoaded(state, action);
    case 'older_loaded':
      return withStream(state, action.channel, (s) => addMessages(s, action.messages, action.hasOlder));
    case 'thread_loaded':
      return withStream(state, action.channel, (s) => addMessages(s, action.messages));
    case 'notice':
      return addNotice(state, state.channel, notice(action.words, action.at, action.thread));
    case 'dismiss':
      return withStream(state, action.channel, (s) => applyChange(s, { type: 'remove', ts: action.ts }));
    case 'draft':
      return { ...state, drafts: { ...state.drafts, [action.key]: action.text } };
    case 'sent':
      return sent(state, action.key, action.text);
    case 'close_view':
      return { ...state, views: state.views.filter((view) => view.id !== action.id) };
    case 'clear_views':
      return { ...state, views: [] };
    case 'cloud':
      return { ...state, cloud: action.cloud };
    case 'online':
      return { ...state, isOnline: action.isOnline };
  }
}

function reduceEvent(state: State, event: PlaygroundEvent, at: number): State {
  switch (event.type) {
    case 'stream':
      return noteMessage(
        withStream(state, event.channel, (stream) => applyChange(stream, event.change)),
        event,
        state,
      );
    case 'view':
      return { ...state, views: changeViews(state.views, event.change, event.view) };
    case 'command_error':
      return addNotice(state, event.channel, notice(commandFailure(event), at));
    case 'presence':
      return { ...state, isAppConnected: event.isAppConnected };
  }
}

/** Another person's eyes: nothing of what the last one saw stays, but drafts, the channel and the cloud do. */
function become(state: State, person: string): State {
  const { drafts, sent: history, cloud, isAppConnected, waiting, channel, groups } = state;
  return {
    ...initialState(person, channel, groups),
    drafts,
    sent: history,
    cloud,
    isAppConnected,
    waiting: { ...waiting, [person]: [] },
  };
}

function historyLoaded(state: State, loaded: HistoryLoaded): State {
  const next = withStream(state, loaded.channel, (s) => finishLoading(s, loaded.messages, loaded.hasOlder));
  if (loaded.channel === state.channel || loaded.lastRead === '') return next;
  const unseen = channelMessages(streamOf(next, loaded.channel)).filter(
    (message) => Number(message.ts) > Number(loaded.lastRead) && message.user !== state.me,
  );
  return { ...next, unread: { ...next.unread, [loaded.channel]: unseen.length } };
}

function changeViews(
  views: readonly View[],
  change: 'open' | 'update' | 'close',
  view: View,
): readonly View[] {
  const others = views.filter((open) => open.id !== view.id);
  if (change === 'open') return [...others, view];
  if (change === 'close') return others;
  return views.map((open) => (open.id === view.id ? view : open));
}

function sent(state: State, key: string, text: string): State {
  const earlier = state.sent[state.me] ?? [];
  const kept = earlier.at(-1) === text ? earlier : [...earlier, text];
  return {
    ...state,
    drafts: { ...state.drafts, [key]: '' },
    sent: { ...state.sent, [state.me]: kept },
  };
}

function addNotice(state: State, channel: string, message: Message): State {
  return withStream(state, channel, (stream) => applyChange(stream, { type: 'put', message }));
}

function withStream(state: State, channel: string, change: (stream: Stream) => Stream): State {
  return { ...state, streams: { ...state.streams, [channel]: change(streamOf(state, channel)) } };
}
