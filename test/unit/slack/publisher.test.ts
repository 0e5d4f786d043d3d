import { describe, expect, it } from 'vitest';
import { createWorld, type SlackCall, type World } from './publisher-world.ts';

describe('the publisher', () => {
  it('posts what is put, then adds its reactions, and tells where the message is', async () => {
    const world = createWorld();
    world.put('op', { text: 'hello', reactions: ['white_check_mark', 'no_entry'] });
    await world.clock.advance(100);
    expect(world.slack.messages).toMatchObject([
      { key: 'op', text: 'hello', reactions: ['white_check_mark', 'no_entry'] },
    ]);
    expect(world.posted).toMatchObject([{ key: 'op', channelId: 'C1', found: false }]);
    expect(world.publisher.backlog()).toBe(0);
  });

  it('says nothing again once Slack shows what is wanted', async () => {
    const world = createWorld();
    world.put('op', { text: 'hello' });
    await world.clock.advance(60_000);
    expect(world.slack.calls).toHaveLength(1);
  });

  it('finds what it was not told of', async () => {
    const world = createWorld();
    await world.clock.advance(100);
    world.store.put('op', { text: 'hello' });
    await world.clock.advance(6_000);
    expect(world.slack.text('op')).toBe('hello');
  });

  it('edits a message once a second at most, and only to the newest', async () => {
    const world = createWorld();
    for (let version = 1; version <= 40; version += 1) {
      world.put('op', { text: `version ${version}` });
      await world.clock.advance(100);
    }
    await world.clock.advance(2_000);
    expect(world.slack.text('op')).toBe('version 40');
    const times = world.slack.calls.map(({ at }) => at);
    expect(world.slack.calls.length).toBeLessThanOrEqual(6);
    expect(gaps(times).every((gap) => gap >= 1)).toBe(true);
  });

  it('stays under one message a second in each channel, after a burst', async () => {
    const world = createWorld();
    for (let line = 1; line <= 20; line += 1) world.put(`line ${line}`, { text: `${line}`, priority: 1 });
    await world.clock.advance(30_000);
    const times = world.slack.calls.map(({ at }) => at);
    expect(times).toHaveLength(20);
    expect(times.filter((at) => at < 0.5)).toHaveLength(2);
    expect(gaps(times.slice(2)).every((gap) => gap >= 1)).toBe(true);
  });

  it('never lets an approval wait behind alerts', async () => {
    const world = createWorld();
    for (let alert = 1; alert <= 100; alert += 1) world.put(`alert ${alert}`, { text: 'alert', priority: 2 });
    await world.clock.advance(20_000);
    expect(world.slack.text('alert 90')).toBeUndefined();
    world.put('op', { text: 'approve?' });
    await world.clock.advance(60);
    expect(world.slack.text('op')).toBe('approve?');
  });

  it('lets one channel not wait for another', async () => {
    const world = createWorld();
    for (let line = 1; line <= 20; line += 1) world.put(`line ${line}`, { text: 'x', channelId: 'C1' });
    world.put('elsewhere', { text: 'hello', channelId: 'C2' });
    await world.clock.advance(60);
    expect(world.slack.text('elsewhere')).toBe('hello');
  });

  it('keeps the lines of a thread in order, even when one of them fails for a while', async () => {
    const world = createWorld();
    let failures = 2;
    world.slack.fault = ({ text }) => (text === '2' && failures-- > 0 ? { kind: 'error' } : null);
    for (const line of ['1', '2', '3', '4']) world.put(line, { text: line, priority: 1, threadTs: '1.0' });
    await world.clock.advance(30_000);
    expect(world.slack.messages.map(({ text }) => text)).toEqual(['1', '2', '3', '4']);
  });

  it('waits as long as Slack says, in that channel only', async () => {
    const world = createWorld();
    let refused = false;
    world.slack.fault = ({ channel }) => {
      if (channel !== 'C1' || refused) return null;
      refused = true;
      return { kind: 'limited', seconds: 30 };
    };
    world.put('limited', { text: 'hello' });
    await world.clock.advance(60);
    world.put('free', { text: 'hello', channelId: 'C2' });
    await world.clock.advance(29_000);
    expect(world.slack.text('free')).toBe('hello');
    expect(world.slack.text('limited')).toBeUndefined();
    await world.clock.advance(2_000);
    expect(world.slack.text('limited')).toBe('hello');
    expect(callsOf(world, 'find')).toHaveLength(0);
  });
});

describe('the publisher, when things go wrong', () => {
  it('looks for a message whose reply was lost, and does not post it twice', async () => {
    const world = createWorld();
    let lost = false;
    world.slack.fault = ({ method }) => {
      if (method !== 'post' || lost) return null;
      lost = true;
      return { kind: 'lost' };
    };
    world.put('op', { text: 'hello' });
    await world.clock.advance(10_000);
    expect(world.slack.messages).toHaveLength(1);
    expect(world.posted).toMatchObject([{ key: 'op', found: true }]);
    expect(world.store.rows.get('op')).toMatchObject({ sentVersion: 1 });
  });

  it('posts again what Slack has not got', async () => {
    const world = createWorld();
    let failures = 1;
    world.slack.fault = ({ method }) => (method === 'post' && failures-- > 0 ? { kind: 'error' } : null);
    world.put('op', { text: 'hello' });
    await world.clock.advance(10_000);
    expect(world.slack.calls.map(({ method }) => method)).toEqual(['post', 'find', 'post']);
    expect(world.slack.messages).toHaveLength(1);
  });

  it('killed between post and record, adopts the message after its restart', async () => {
    const world = createWorld();
    const crash = new Error('killed');
    world.store.recordSent = () => Promise.reject(crash);
    world.put('op', { text: 'hello' });
    await world.clock.advance(60);
    expect(world.slack.messages).toHaveLength(1);
    world.turn.held = false;
    const { clock, slack, store } = world;
    Reflect.deleteProperty(store, 'recordSent');
    store.put('op', { text: 'newer' });
    const next = createWorld({ clock, slack, store });
    await clock.advance(10_000);
    expect(slack.messages).toMatchObject([{ key: 'op', text: 'newer' }]);
    expect(next.posted).toMatchObject([{ key: 'op', found: true }]);
  });

  it('does not post again while the database cannot write down that it did', async () => {
    const world = createWorld();
    world.slack.fault = () => {
      world.store.away = true;
      return null;
    };
    world.put('op', { text: 'hello' });
    await world.clock.advance(20_000);
    world.slack.fault = () => null;
    world.store.away = false;
    await world.clock.advance(10_000);
    expect(world.slack.calls.map(({ method }) => method)).toEqual(['post']);
    expect(world.store.rows.get('op')).toMatchObject({ sentVersion: 1 });
  });

  it('brings everything up to date after an outage, with the newest content only', async () => {
    const world = createWorld();
    world.put('old', { text: 'before' });
    await world.clock.advance(2_000);
    world.slack.fault = () => ({ kind: 'error' });
    for (let version = 1; version <= 60; version += 1) {
      world.put('old', { text: `during ${version}` });
      world.put('new', { text: `new ${version}` });
      await world.clock.advance(1_000);
    }
    expect(world.slack.calls.length).toBeLessThan(40);
    world.slack.fault = () => null;
    const before = world.slack.calls.length;
    await world.clock.advance(15_000);
    expect(world.slack.text('old')).toBe('during 60');
    expect(world.slack.text('new')).toBe('new 60');
    expect(world.slack.messages).toHaveLength(2);
    const texts = world.slack.calls.slice(before).map(({ text }) => text);
    expect(texts.filter((text) => text !== '')).toEqual(expect.arrayContaining(['during 60', 'new 60']));
    expect(texts.filter((text) => text !== '')).toHaveLength(2);
  });

  it('does not let a message that Slack refuses hold up others, says what to do, and tries again rarely', async () => {
    const world = createWorld();
    world.slack.fault = ({ text }) => (text === 'bad' ? { kind: 'refused', error: 'not_in_channel' } : null);
    world.put('bad', { text: 'bad' });
    world.put('good', { text: 'good' });
    await world.clock.advance(300_000);
    expect(world.slack.text('good')).toBe('good');
    expect(world.slack.calls.filter(({ text }) => text === 'bad')).toHaveLength(1);
    expect(world.logged.join('\n')).toContain('invite the bot to the channel');
    world.slack.fault = () => null;
    await world.clock.advance(600_000);
    expect(world.slack.text('bad')).toBe('bad');
  });

  it('tries at once what was refused when it says something else', async () => {
    const world = createWorld();
    world.slack.fault = ({ text }) => (text === 'bad' ? { kind: 'refused', error: 'msg_too_long' } : null);
    world.put('op', { text: 'bad' });
    await world.clock.advance(5_000);
    world.put('op', { text: 'better' });
    await world.clock.advance(5_000);
    expect(world.slack.text('op')).toBe('better');
  });

  it('takes a reaction that is there already as added', async () => {
    const world = createWorld();
    world.slack.fault = ({ method }) =>
      method === 'react' ? { kind: 'refused', error: 'already_reacted' } : null;
    world.put('op', { text: 'hello', reactions: ['white_check_mark'] });
    await world.clock.advance(5_000);
    expect(world.store.rows.get('op')?.reactionsAdded).toEqual(['white_check_mark']);
    expect(world.publisher.backlog()).toBe(0);
  });

  it('does nothing while it is another process’s turn', async () => {
    const world = createWorld();
    world.turn.held = false;
    world.turn.events?.lost();
    world.put('op', { text: 'hello' });
    await world.clock.advance(60_000);
    expect(world.slack.calls).toEqual([]);
    world.turn.held = true;
    world.turn.events?.gained();
    await world.clock.advance(100);
    expect(world.slack.text('op')).toBe('hello');
  });

  it('sends what is pending before it stops, but not for ever', async () => {
    const world = createWorld();
    for (let line = 1; line <= 4; line += 1) world.put(`line ${line}`, { text: 'x', priority: 1 });
    const stopped = world.publisher.stop();
    await world.clock.advance(2_500);
    await stopped;
    expect(world.slack.messages).toHaveLength(4);
    world.store.put('late', { text: 'late' });
    await world.clock.advance(60_000);
    expect(world.slack.text('late')).toBeUndefined();
  });

  it('counts every call by how it ended', async () => {
    const world = createWorld();
    world.put('op', { text: 'hello' });
    await world.clock.advance(100);
    expect(world.observed).toEqual([{ call: 'post', result: 'done', priority: 0 }]);
  });
});

function callsOf(world: World, method: SlackCall['method']): readonly SlackCall[] {
  return world.slack.calls.filter((call) => call.method === method);
}

function gaps(times: readonly number[]): readonly number[] {
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}
