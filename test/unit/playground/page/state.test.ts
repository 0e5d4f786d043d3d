import { describe, expect, test } from 'vitest';
import { readMessage } from '../../../../src/playground/page/model/message.ts';
import { readEvent } from '../../../../src/playground/page/state/event.ts';
import { type Action, reduce } from '../../../../src/playground/page/state/reduce.ts';
import { initialState, type State, streamOf } from '../../../../src/playground/page/state/state.ts';
import { channelMessages, threadMessages } from '../../../../src/playground/page/state/stream.ts';
import { plainText } from '../../../../src/playground/page/text/tree.ts';

const GROUPS = [{ id: 'S1', handle: 'approvers', users: ['BO', 'CHEN'] }];
const start = initialState('ANA', 'C1', GROUPS);

type Json = Record<string, unknown>;

function run(state: State, ...actions: Action[]): State {
  return actions.reduce(reduce, state);
}

function event(json: Json): Action {
  const read = readEvent(json);
  if (read === undefined) throw new Error(`unknown event ${json.type}`);
  return { type: 'event', event: read, at: 1000 };
}

const said = (ts: string, rest: Json = {}, channel = 'C1'): Action =>
  event({ type: 'message', channel, message: { ts, user: 'BO', text: `said ${ts}`, ...rest } });

const loaded = (messages: Json[], rest: Partial<{ channel: string; lastRead: string }> = {}): Action => ({
  type: 'history_loaded',
  channel: 'C1',
  lastRead: '',
  hasOlder: false,
  ...rest,
  messages: messages.map(readMessage),
});

const shown = (state: State, channel = 'C1') => channelMessages(streamOf(state, channel));
const words = (state: State): string[] =>
  shown(state).map(({ text }) =>
    text.map((part) => ('children' in part ? plainText(part.children) : '')).join(''),
  );

describe('messages', () => {
  test('stand in the order of their ts, however they arrive', () => {
    const state = run(start, said('3.0'), said('1.0'), said('2.0'));
    expect(shown(state).map(({ ts }) => ts)).toEqual(['1.0', '2.0', '3.0']);
  });

  test('an edit takes the place of what it edits', () => {
    const edit = event({
      type: 'message_changed',
      channel: 'C1',
      message: { ts: '1.0', text: 'now', edited: {} },
    });
    const state = run(start, said('1.0'), said('2.0'), edit);
    expect(words(state)).toEqual(['now', 'said 2.0']);
    expect(shown(state)[0]?.isEdited).toBe(true);
  });

  test('a message that arrives twice stands once', () => {
    expect(shown(run(start, said('1.0'), said('1.0')))).toHaveLength(1);
  });

  test('a deleted message is gone', () => {
    const gone = event({ type: 'message_deleted', channel: 'C1', ts: '1.0' });
    expect(shown(run(start, said('1.0'), gone))).toEqual([]);
  });

  test('an ephemeral message can be replaced and deleted by its response URL', () => {
    const message = { ts: '1.0', text: 'no' };
    const first = run(start, event({ type: 'ephemeral', channel: 'C1', message }));
    expect(shown(first)[0]?.isEphemeral).toBe(true);
    const next = event({ type: 'ephemeral_changed', channel: 'C1', message: { ts: '1.0', text: 'yes' } });
    expect(words(run(first, next))).toEqual(['yes']);
    expect(shown(run(first, event({ type: 'ephemeral_deleted', channel: 'C1', ts: '1.0' })))).toEqual([]);
  });

  test('an edit that arrives while the history is read wins over the history', () => {
    const state = run(
      start,
      { type: 'history_started', channel: 'C1' },
      event({ type: 'message_changed', channel: 'C1', message: { ts: '1.0', text: 'new' } }),
      said('2.0'),
      loaded([{ ts: '1.0', text: 'old' }]),
    );
    expect(words(state)).toEqual(['new', 'said 2.0']);
  });

  test('a message deleted meanwhile does not come back with the history', () => {
    const state = run(
      start,
      { type: 'history_started', channel: 'C1' },
      event({ type: 'message_deleted', channel: 'C1', ts: '1.0' }),
      loaded([{ ts: '1.0', text: 'old' }]),
    );
    expect(shown(state)).toEqual([]);
  });

  test('older messages come before, and do not undo newer edits', () => {
    const older: Action = {
      type: 'older_loaded',
      channel: 'C1',
      hasOlder: false,
      messages: [{ ts: '1.0' }, { ts: '2.0', text: 'stale' }].map(readMessage),
    };
    expect(words(run(start, said('2.0'), older))).toEqual(['', 'said 2.0']);
  });
});

describe('threads', () => {
  const parent = { ts: '1.0', user: 'ANA', text: 'parent' };
  const reply = (ts: string): Action => said(ts, { thread_ts: '1.0' });

  test('a reply stands in its thread, not in the channel, and is counted', () => {
    const state = run(start, loaded([parent]), reply('2.0'), reply('3.0'));
    expect(shown(state)).toMatchObject([
      { ts: '1.0', replyCount: 2, latestReply: '3.0', replyUsers: ['BO'] },
    ]);
    expect(threadMessages(streamOf(state, 'C1'), '1.0').map(({ ts }) => ts)).toEqual(['1.0', '2.0', '3.0']);
  });

  test('a reply that the parent has counted already is not counted again', () => {
    const counted = { ...parent, thread_ts: '1.0', reply_count: 1, latest_reply: '2.0' };
    expect(shown(run(start, loaded([counted]), reply('2.0')))).toMatchObject([{ replyCount: 1 }]);
    const corrected = event({ type: 'message_changed', channel: 'C1', message: counted });
    expect(shown(run(start, loaded([parent]), reply('2.0'), corrected))).toMatchObject([{ replyCount: 1 }]);
  });

  test('a broadcast reply stands in both', () => {
    const state = run(
      start,
      loaded([parent]),
      said('2.0', { thread_ts: '1.0', subtype: 'thread_broadcast' }),
    );
    expect(shown(state)).toHaveLength(2);
  });
});

describe('reactions', () => {
  const react = (type: string, user: string, reaction = 'eyes'): Action =>
    event({ type, channel: 'C1', ts: '1.0', user, reaction });

  test('are added and removed by person, and twice is once', () => {
    const added = run(start, said('1.0'), react('reaction_added', 'BO'), react('reaction_added', 'BO'));
    expect(shown(added)[0]?.reactions).toEqual([{ name: 'eyes', users: ['BO'] }]);
    const both = run(added, react('reaction_added', 'ANA'), react('reaction_removed', 'BO'));
    expect(shown(both)[0]?.reactions).toEqual([{ name: 'eyes', users: ['ANA'] }]);
    expect(shown(run(both, react('reaction_removed', 'ANA')))[0]?.reactions).toEqual([]);
  });

  test('removing what is not there changes nothing', () => {
    expect(shown(run(start, said('1.0'), react('reaction_removed', 'BO')))[0]?.reactions).toEqual([]);
  });
});

describe('what waits to be seen', () => {
  test('messages elsewhere are unread until their channel is opened', () => {
    const state = run(
      start,
      said('1.0', {}, 'C2'),
      said('2.0', {}, 'C2'),
      said('3.0', { user: 'ANA' }, 'C2'),
    );
    expect(state.unread).toEqual({ C2: 2 });
    expect(run(state, { type: 'open_channel', channel: 'C2' }).unread).toEqual({ C2: 0 });
  });

  test('edits do not make a channel unread', () => {
    const edit = event({ type: 'message_changed', channel: 'C2', message: { ts: '1.0', user: 'BO' } });
    expect(run(start, edit).unread).toEqual({});
  });

  test('the history counts what came after the person last looked', () => {
    const messages = [{ ts: '1.0' }, { ts: '2.0' }, { ts: '3.0', user: 'ANA' }];
    expect(run(start, loaded(messages, { channel: 'C2', lastRead: '1.0' })).unread).toEqual({ C2: 1 });
  });

  test('a person or group that is named has something waiting, as long as the message names them', () => {
    const named = said('1.0', { text: '<@BO> and <!subteam^S1>', user: 'SLIPWAY' });
    const edited = event({
      type: 'message_changed',
      channel: 'C1',
      message: { ts: '1.0', text: '<@BO> again' },
    });
    expect(run(start, named, edited).waiting).toEqual({ BO: ['C1:1.0'], CHEN: [] });
  });

  test('nothing waits in a message that is gone', () => {
    const gone = event({ type: 'message_deleted', channel: 'C1', ts: '1.0' });
    expect(run(start, said('1.0', { text: '<@CHEN>' }), gone).waiting).toEqual({ CHEN: [] });
  });

  test('who has looked is not called again by an edit', () => {
    const named = said('1.0', { text: '<@BO>', user: 'SLIPWAY' });
    const edit = event({ type: 'message_changed', channel: 'C1', message: { ts: '1.0', text: '<@BO> now' } });
    const looked = run(
      start,
      named,
      { type: 'become', person: 'BO' },
      { type: 'become', person: 'ANA' },
      named,
    );
    expect(run({ ...looked, waiting: { BO: [] } }, edit).waiting).toEqual({ BO: [] });
  });

  test('nobody waits for themselves, and the person one is has nothing waiting', () => {
    expect(run(start, said('1.0', { text: '<@BO> <@ANA>' })).waiting).toEqual({});
  });

  test('becoming a person settles what waited for them', () => {
    const state = run(start, said('1.0', { text: '<!subteam^S1>', user: 'SLIPWAY' }), {
      type: 'become',
      person: 'BO',
    });
    expect(state.waiting).toEqual({ BO: [], CHEN: ['C1:1.0'] });
  });
});

describe('another person', () => {
  test('sees nothing of what the last one saw', () => {
    const before = run(
      start,
      event({ type: 'ephemeral', channel: 'C1', message: { ts: '1.0', text: 'only for Ana' } }),
      event({ type: 'view_opened', view: { id: 'V1' } }),
      { type: 'open_thread', ts: '1.0' },
    );
    const after = run(before, { type: 'become', person: 'BO' });
    expect(after).toMatchObject({ me: 'BO', channel: 'C1', thread: '', streams: {}, views: [] });
  });

  test('finds their own unsent text again', () => {
    const drafted = run(
      start,
      { type: 'draft', key: 'ANA/C1/', text: '/dep' },
      { type: 'become', person: 'BO' },
    );
    expect(drafted.drafts['ANA/C1/']).toBe('/dep');
  });
});

describe('views', () => {
  const view = (type: string, id: string, title = ''): Action =>
    event({ type, view: { id, title: { type: 'plain_text', text: title } } });

  test('are stacked, updated in place and closed', () => {
    const state = run(
      start,
      view('view_opened', 'V1'),
      view('view_opened', 'V2'),
      view('view_updated', 'V1', 'new'),
    );
    expect(state.views).toMatchObject([{ id: 'V1', title: 'new' }, { id: 'V2' }]);
    expect(run(state, view('view_closed', 'V2')).views).toMatchObject([{ id: 'V1' }]);
    expect(run(state, { type: 'clear_views' }).views).toEqual([]);
  });

  test('an update of a view that is not open opens nothing', () => {
    expect(run(start, view('view_updated', 'V9')).views).toEqual([]);
  });
});

describe('what goes wrong', () => {
  test.each([
    ['operation_timeout', 'did not answer in time'],
    ['dispatch_failed', 'is not connected'],
  ])('a command that ends in %s says so to the person', (error, sentence) => {
    const failed = event({ type: 'command_error', channel: 'C1', command: '/deploy', text: 'x', error });
    const state = run(start, failed);
    expect(shown(state)).toMatchObject([{ isEphemeral: true }]);
    expect(JSON.stringify(shown(state))).toContain(sentence);
  });

  test('the bot being away is known', () => {
    expect(run(start, event({ type: 'presence', app_connected: false })).isAppConnected).toBe(false);
  });

  test.each([[undefined], [null], [1], [{}], [{ type: 'hologram' }]])('%j is no event', (json) => {
    expect(readEvent(json)).toBeUndefined();
  });
});

describe('what was sent', () => {
  test('is remembered by person, without repeating itself, and empties the draft', () => {
    const send = (text: string): Action => ({ type: 'sent', key: 'ANA/C1/', text });
    const state = run(start, { type: 'draft', key: 'ANA/C1/', text: 'a' }, send('a'), send('a'), send('b'));
    expect(state.sent).toEqual({ ANA: ['a', 'b'] });
    expect(state.drafts['ANA/C1/']).toBe('');
  });
});
