/** @module What a person does, carried out on the server. */

import { type Call, type EventStream, followEvents, webApi } from './api.ts';
import { type OptionGroup, readOptionGroups } from './blocks/element.ts';
import type { BlockAction } from './blocks/host.ts';
import { readOutgoing } from './composer/outgoing.ts';
import { type Json, record, records, text } from './json.ts';
import type { View } from './modal/view.ts';
import { type Message, readMessage } from './model/message.ts';
import type { Workspace } from './model/workspace.ts';
import { readEvent } from './state/event.ts';
import { sendingFailure } from './state/notice.ts';
import { draftKey, streamOf } from './state/state.ts';
import type { Store } from './state/store.ts';
import { channelMessages } from './state/stream.ts';
import { escapeSlack } from './text/links.ts';

/** Where an interactive block stands. */
export type Origin = { readonly channel: string; readonly message_ts: string } | { readonly view_id: string };

/** Errors of a modal's inputs, by block. */
export type FieldErrors = Readonly<Record<string, string>>;

export interface Session {
  readonly workspace: Workspace;
  readonly store: Store;
  readonly become: (person: string) => void;
  readonly openChannel: (channel: string) => void;
  readonly openThread: (ts: string) => void;
  readonly loadOlder: () => Promise<void>;
  readonly setDraft: (thread: string, typed: string) => void;
  readonly send: (thread: string) => Promise<void>;
  readonly toggleReaction: (message: Message, name: string) => Promise<void>;
  readonly act: (origin: Origin, action: BlockAction) => Promise<void>;
  readonly suggest: (
    origin: Origin,
    block: { readonly block_id: string; readonly action_id: string; readonly value: string },
  ) => Promise<readonly OptionGroup[]>;
  readonly submitView: (viewId: string, values: Json) => Promise<FieldErrors>;
  readonly closeView: (view: View) => void;
}

const PAGE = 100;

/** Why a command went nowhere; the server says so in an event, since its other screens have to know, too. */
const TOLD_BY_EVENT: ReadonlySet<string> = new Set(['dispatch_failed', 'operation_timeout']);

const nowSeconds = (): number => Date.now() / 1000;

/** Begins as the person and in the channel that the store says. */
export function createSession(workspace: Workspace, store: Store): Session {
  const connection = connect(workspace, store);
  connection.restart();
  const call: Call = (method, args) => connection.call(method, args);
  return {
    workspace,
    store,
    become: (person) => {
      markRead(store, call);
      store.dispatch({ type: 'become', person });
      connection.restart();
    },
    ...navigation(store, call),
    ...writing(workspace, store, call),
    ...interaction(store, call),
  };
}

/** The current person's token: one event stream, and every channel's history read anew whenever it opens. */
function connect(workspace: Workspace, store: Store): { readonly call: Call; readonly restart: () => void } {
  let stream: EventStream | undefined;
  let call: Call = webApi('');
  const restart = (): void => {
    stream?.close();
    const token = workspace.users.find((user) => user.id === store.get().me)?.token ?? '';
    const own = webApi(token);
    call = own;
    stream = followEvents(token, {
      received: (data) => {
        const event = readEvent(data);
        if (event !== undefined) store.dispatch({ type: 'event', event, at: nowSeconds() });
      },
      opened: () => {
        store.dispatch({ type: 'online', isOnline: true });
        for (const channel of workspace.channels) {
          void loadHistory(store, { call: own, isCurrent: () => call === own }, channel.id);
        }
      },
      lost: () => store.dispatch({ type: 'online', isOnline: false }),
    });
  };
  return { call: (method, args) => call(method, args), restart };
}

/** `isCurrent` guards against answers that arrive after the person was switched. */
async function loadHistory(
  store: Store,
  { call, isCurrent }: { readonly call: Call; readonly isCurrent: () => boolean },
  channel: string,
): Promise<void> {
  store.dispatch({ type: 'history_started', channel });
  const [history, info] = await Promise.all([
    call('conversations.history', { channel, limit: PAGE }),
    call('conversations.info', { channel }),
  ]);
  if (!isCurrent() || !history.ok) return;
  store.dispatch({
    type: 'history_loaded',
    channel,
    messages: readMessages(history.body),
    hasOlder: history.body.has_more === true,
    lastRead: text(record(info.body.channel).last_read),
  });
  const { thread, channel: shown } = store.get();
  if (thread !== '' && shown === channel) await loadThread(store, call, thread);
}

async function loadThread(store: Store, call: Call, ts: string): Promise<void> {
  const { channel, me } = store.get();
  const replies = await call('conversations.replies', { channel, ts, limit: 1000 });
  if (store.get().me !== me) return;
  store.dispatch({ type: 'thread_loaded', channel, messages: readMessages(replies.body) });
}

const readMessages = (body: Json): readonly Message[] => records(body.messages).map(readMessage);

/** Tells the server that the person has seen the open channel to its end. */
function markRead(store: Store, call: Call): void {
  const { channel } = store.get();
  const newest = channelMessages(streamOf(store.get(), channel)).at(-1);
  if (newest !== undefined) void call('conversations.mark', { channel, ts: newest.ts });
}

function navigation(store: Store, call: Call): Pick<Session, 'openChannel' | 'openThread' | 'loadOlder'> {
  return {
    openChannel: (channel) => {
      markRead(store, call);
      store.dispatch({ type: 'open_channel', channel });
      markRead(store, call);
    },
    openThread: (ts) => {
      store.dispatch({ type: 'open_thread', ts });
      if (ts !== '') void loadThread(store, call, ts);
    },
    loadOlder: async () => {
      const { channel, me } = store.get();
      const latest = channelMessages(streamOf(store.get(), channel))[0]?.ts;
      const older = await call('conversations.history', { channel, latest, limit: PAGE });
      if (store.get().me !== me || !older.ok) return;
      const hasOlder = older.body.has_more === true;
      store.dispatch({ type: 'older_loaded', channel, messages: readMessages(older.body), hasOlder });
    },
  };
}

function writing(
  workspace: Workspace,
  store: Store,
  call: Call,
): Pick<Session, 'setDraft' | 'send' | 'toggleReaction'> {
  const say = (words: string, thread = ''): void =>
    store.dispatch({ type: 'notice', words, thread, at: nowSeconds() });
  return {
    setDraft: (thread, typed) => {
      const { me, channel } = store.get();
      store.dispatch({ type: 'draft', key: draftKey(me, channel, thread), text: typed });
    },
    send: async (thread) => {
      const { me, channel, drafts } = store.get();
      const key = draftKey(me, channel, thread);
      const typed = drafts[key] ?? '';
      const outgoing = readOutgoing(typed, workspace);
      if (outgoing.kind === 'nothing') return;
      if (outgoing.kind === 'command' && thread !== '') {
        say(threadCommandHint(workspace, typed), thread);
        return;
      }
      store.dispatch({ type: 'sent', key, text: typed.trim() });
      const answer =
        outgoing.kind === 'command'
          ? await call('chat.command', { channel, command: outgoing.command, text: outgoing.text })
          : await call('chat.postMessage', { channel, text: outgoing.text, thread_ts: thread || undefined });
      if (!answer.ok && !TOLD_BY_EVENT.has(answer.error))
        say(sendingFailure(typed.trim(), answer.error), thread);
    },
    toggleReaction: async (message, name) => {
      const { me, channel } = store.get();
      const isMine = message.reactions.some((one) => one.name === name && one.users.includes(me));
      const answer = await call(isMine ? 'reactions.remove' : 'reactions.add', {
        channel,
        timestamp: message.ts,
        name,
      });
      if (!answer.ok) say(`:warning: The reaction was not changed: \`${answer.error}\``);
    },
  };
}

/** Slack has no slash commands in threads; a mention of the bot does the same there. */
function threadCommandHint(workspace: Workspace, typed: string): string {
  const bot = workspace.users.find((user) => user.id === workspace.botUser)?.name ?? 'slipway';
  const instead = `@${bot} ${typed.trim().slice(1)}`;
  return `Slash commands do not work in threads. Mention the bot instead: \`${escapeSlack(instead)}\``;
}

function interaction(
  store: Store,
  call: Call,
): Pick<Session, 'act' | 'suggest' | 'submitView' | 'closeView'> {
  return {
    act: async (origin, action) => {
      const answer = await call('blocks.actions', { ...origin, actions: [action] });
      if (answer.ok) return;
      const words = `:warning: The app did not take this action: \`${answer.error}\``;
      store.dispatch({ type: 'notice', words, thread: store.get().thread, at: nowSeconds() });
    },
    suggest: async (origin, block) => {
      const answer = await call('blocks.suggestions', { ...origin, ...block });
      return readOptionGroups(answer.body);
    },
    submitView: async (viewId, values) => {
      const answer = await call('views.submit', { view_id: viewId, state: { values } });
      if (answer.body.response_action === 'clear') store.dispatch({ type: 'clear_views' });
      const errors = Object.entries(record(answer.body.errors)).map(([block, words]) => [block, text(words)]);
      if (errors.length === 0 && !answer.ok) return { '': `The app did not take the form: ${answer.error}` };
      return Object.fromEntries(errors);
    },
    closeView: ({ id, clearsOnClose }) => {
      store.dispatch(clearsOnClose ? { type: 'clear_views' } : { type: 'close_view', id });
      void call('views.close', { view_id: id });
    },
  };
}
