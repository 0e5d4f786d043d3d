import { describe, expect, it } from 'vitest';
import { createWorld, type Fault, type SlackCall, type World } from './publisher-world.ts';

const PICTURE = {
  text: 'The canary was aborted',
  picture: 'canary.png',
  threadTs: '1.1',
  priority: 1,
} as const;

describe('publishing a picture', () => {
  it('uploads it, then shares it in its thread with what is said beside it', async () => {
    const world = createWorld();
    world.put('picture', PICTURE);
    await world.clock.advance(60_000);
    expect(methodsOf(world)).toEqual(['upload', 'share']);
    expect(world.slack.messages).toMatchObject([
      { channel: 'C1', threadTs: '1.1', text: 'The canary was aborted', fileIds: ['F1'] },
    ]);
    expect(world.publisher.backlog()).toBe(0);
  });

  it('keeps its place in the thread, and holds up nothing that follows', async () => {
    const world = createWorld();
    world.put('picture', PICTURE);
    world.put('later', { text: 'later', threadTs: '1.1', priority: 1 });
    await world.clock.advance(4_000);
    expect(world.slack.messages.map(({ text }) => text)).toEqual(['The canary was aborted', 'later']);
  });

  it('counts as a message of its channel, so that all together stay under the limit', async () => {
    const world = createWorld();
    for (let each = 1; each <= 8; each += 1)
      world.put(`picture ${each}`, { ...PICTURE, threadTs: `${each}.1` });
    await world.clock.advance(30_000);
    const times = world.slack.calls.filter(({ method }) => method === 'share').map(({ at }) => at);
    expect(times).toHaveLength(8);
    expect(gaps(times.slice(2)).every((gap) => gap >= 1)).toBe(true);
  });

  it('uploads again when the reply to the upload was lost, which nobody sees', async () => {
    const world = createWorld();
    world.slack.fault = once('upload', { kind: 'lost' });
    world.put('picture', PICTURE);
    await world.clock.advance(60_000);
    expect(methodsOf(world)).toEqual(['upload', 'upload', 'share']);
    expect(world.slack.messages).toMatchObject([{ fileIds: ['F2'] }]);
  });

  it('is not shared again when the reply was lost and Slack posts it only later', async () => {
    const world = createWorld();
    world.slack.shareDelay = 12_000;
    world.slack.fault = once('share', { kind: 'lost' });
    world.put('picture', PICTURE);
    await world.clock.advance(120_000);
    expect(methodsOf(world).filter((method) => method === 'share')).toHaveLength(1);
    expect(world.slack.messages).toHaveLength(1);
    expect(world.posted).toMatchObject([{ key: 'picture', found: true }]);
  });

  it('is shared again, without another upload, when Slack never posted it', async () => {
    const world = createWorld();
    world.slack.fault = once('share', { kind: 'error' });
    world.put('picture', PICTURE);
    await world.clock.advance(120_000);
    expect(methodsOf(world).filter((method) => method !== 'find')).toEqual(['upload', 'share', 'share']);
    expect(world.slack.messages).toMatchObject([{ fileIds: ['F1'] }]);
  });

  it('is uploaded once more when Slack has lost the file, after looking for what it may have posted', async () => {
    const world = createWorld();
    world.slack.fault = once('share', { kind: 'refused', error: 'file_not_found' });
    world.put('picture', PICTURE);
    await world.clock.advance(700_000);
    expect(methodsOf(world)).toEqual(['upload', 'share', 'find', 'upload', 'share']);
    expect(world.slack.messages).toMatchObject([{ fileIds: ['F2'] }]);
  });

  it('waits as long as Slack says, for uploads and shares each', async () => {
    const world = createWorld();
    const faults = [
      once('upload', { kind: 'limited', seconds: 5 }),
      once('share', { kind: 'limited', seconds: 7 }),
    ];
    world.slack.fault = (call) => faults.map((fault) => fault(call)).find((fault) => fault !== null) ?? null;
    world.put('picture', PICTURE);
    await world.clock.advance(60_000);
    expect(methodsOf(world)).toEqual(['upload', 'upload', 'share', 'share']);
    expect(world.slack.calls.at(-1)?.at).toBeGreaterThanOrEqual(12);
    expect(world.slack.messages).toHaveLength(1);
  });

  it.each([
    ['breaks off', () => Promise.reject(new TypeError('fetch failed')), 'unsure'],
    ['is overloaded', async () => new Response('', { status: 503 }), 'unsure'],
    ['limits', async () => new Response('', { status: 429, headers: { 'retry-after': '2' } }), 'limited'],
    ['refuses', async () => new Response('', { status: 404 }), 'refused'],
  ])('asks for another address when the one for the bytes %s', async (_, answer, result) => {
    const world = createWorld();
    world.slack.onceAtUpload = answer;
    world.put('picture', PICTURE);
    await world.clock.advance(700_000);
    expect(world.observed[0]).toMatchObject({ call: 'upload', result });
    expect(methodsOf(world)).toEqual(['upload', 'upload', 'share']);
    expect(world.slack.messages).toMatchObject([{ fileIds: ['F2'] }]);
  });

  it('is not shared twice by a process that takes over from a killed one', async () => {
    const before = createWorld();
    before.slack.shareDelay = 5_000;
    before.slack.fault = ({ method }) => {
      if (method === 'share') before.store.away = true;
      return null;
    };
    before.put('picture', PICTURE);
    await before.clock.advance(50);
    before.turn.held = false;
    before.store.away = false;
    const after = createWorld(before);
    await after.clock.advance(120_000);
    expect(methodsOf(after).slice(0, 3)).toEqual(['upload', 'share', 'find']);
    expect(methodsOf(after).filter((method) => method === 'share')).toHaveLength(1);
    expect(after.slack.messages).toHaveLength(1);
    expect(after.store.rows.get('picture')).toMatchObject({ sentVersion: 1 });
  });

  it('does not hold up its thread while it is refused', async () => {
    const world = createWorld();
    world.slack.fault = ({ method }) =>
      method === 'upload' ? { kind: 'refused', error: 'missing_scope' } : null;
    world.put('picture', PICTURE);
    world.put('later', { text: 'later', threadTs: '1.1', priority: 1 });
    await world.clock.advance(4_000);
    expect(world.slack.messages.map(({ text }) => text)).toEqual(['later']);
    expect(world.store.rows.get('picture')?.failure).toBe('missing_scope');
  });
});

function methodsOf({ slack }: World): readonly string[] {
  return slack.calls.map(({ method }) => method);
}

function once(method: SlackCall['method'], fault: Fault): (call: SlackCall) => Fault | null {
  let isMet = false;
  return (call) => {
    if (isMet || call.method !== method) return null;
    isMet = true;
    return fault;
  };
}

function gaps(times: readonly number[]): readonly number[] {
  return times.slice(1).map((at, index) => at - (times[index] ?? at));
}
