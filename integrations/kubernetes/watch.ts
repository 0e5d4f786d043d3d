import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';

/** One line of a watch. After `gone` the resourceVersion is too old to go on from: read anew. */
export type WatchEvent =
  | { readonly type: 'changed'; readonly object: unknown }
  | { readonly type: 'deleted' }
  /** Nothing has changed up to there. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  | { readonly type: 'gone' };

const line = z.object({
  type: z.string(),
  object: z.looseObject({
    code: z.number().optional(),
    metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional(),
  }),
});

const GONE = 410;

/** What one line says; null for what means nothing to us. */
export function readWatchLine(text: string): WatchEvent | null {
  const parsed = line.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { type, object } = parsed.data;
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'changed', object };
    case 'DELETED':
      return { type: 'deleted' };
    case 'BOOKMARK': {
      const resourceVersion = object.metadata?.resourceVersion;
      return resourceVersion === undefined ? null : { type: 'bookmark', resourceVersion };
    }
    case 'ERROR':
      return object.code === GONE ? { type: 'gone' } : null;
    default:
      return null;
  }
}

/** The events of a body until it ends, is cut, or `signal` aborts: the caller goes on from what it saw last. */
export async function* readWatch(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const input = Readable.from(chunks(body, signal));
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const text of lines) {
      const event = readWatchLine(text);
      if (event !== null) yield event;
    }
  } finally {
    lines.close();
    input.destroy();
  }
}

/** A connection that is cut ends the watch as a time limit does. */
async function* chunks(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch {
    return;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
