import { expect, test } from 'vitest';
import { readWatch, readWatchLine, type WatchEvent } from '../../../../integrations/kubernetes/watch.ts';

const changed = (version: string) => ({
  type: 'MODIFIED',
  object: { metadata: { resourceVersion: version } },
});

function bodyOf(parts: readonly string[], end: 'closed' | 'cut' = 'closed'): ReadableStream<Uint8Array> {
  const waiting = [...parts];
  return new ReadableStream({
    pull(controller) {
      const part = waiting.shift();
      if (part !== undefined) controller.enqueue(new TextEncoder().encode(part));
      else if (end === 'closed') controller.close();
      else controller.error(new Error('ECONNRESET'));
    },
  });
}

async function eventsOf(body: ReadableStream<Uint8Array>, signal = new AbortController().signal) {
  const events: WatchEvent[] = [];
  for await (const event of readWatch(body, signal)) events.push(event);
  return events;
}

test('reads events whose lines arrive in pieces', async () => {
  const text = `${JSON.stringify(changed('8'))}\n${JSON.stringify(changed('9'))}\n`;
  const events = await eventsOf(bodyOf([text.slice(0, 30), text.slice(30, 75), text.slice(75)]));
  expect(events.map(({ type }) => type)).toEqual(['changed', 'changed']);
});

test('a connection that is cut ends the watch with what was seen', async () => {
  expect(await eventsOf(bodyOf([`${JSON.stringify(changed('8'))}\n{"type":"MOD`], 'cut'))).toHaveLength(1);
});

test('ends when it is aborted, although the server goes on', async () => {
  const controller = new AbortController();
  const endless = new ReadableStream<Uint8Array>({
    pull: () => new Promise<void>(() => controller.abort()),
  });
  expect(await eventsOf(endless, controller.signal)).toEqual([]);
});

test.each([
  [{ type: 'ADDED', object: {} }, 'changed'],
  [{ type: 'DELETED', object: {} }, 'deleted'],
  [{ type: 'BOOKMARK', object: { metadata: { resourceVersion: '12' } } }, 'bookmark'],
  [{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }, 'gone'],
])('understands %j', (line, type) => {
  expect(readWatchLine(JSON.stringify(line))?.type).toBe(type);
});

test.each(['', 'not json', '[]', '{"type":"SOMETHING","object":{}}'])('takes no notice of %j', (line) => {
  expect(readWatchLine(line)).toBeNull();
});
