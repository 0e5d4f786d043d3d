import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { alternativeTextOf } from './alternative-text.ts';
import type { CanaryPicture } from './canary-picture.ts';

/** A picture that is not drawn by then never will be, in milliseconds. */
const LIMIT = 30_000;

export interface RenderedPicture {
  readonly png: Uint8Array;
  /** What the picture shows, for those who do not see it. */
  readonly alt: string;
}

/** Pictures are drawn one after the other, so that many canaries ending at once take one thread, not many. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Draws error rate and p95 latency of canary and baseline over time, 1200 pixels wide. The same picture
 * gives the same bytes on the same machine. A thread of its own does it: the libraries take half a second
 * to load and a tenth to draw, in which this one goes on.
 */
export function renderCanaryPicture(picture: CanaryPicture): Promise<RenderedPicture> {
  const drawing = last.then(() => draw(picture));
  last = drawing.catch(() => undefined);
  return drawing.then((png) => ({ png, alt: alternativeTextOf(picture) }));
}

async function draw(picture: CanaryPicture): Promise<Uint8Array> {
  const worker = new Worker(new URL('./paint-worker.ts', import.meta.url), { workerData: picture });
  try {
    const [png]: unknown[] = await once(worker, 'message', { signal: AbortSignal.timeout(LIMIT) });
    if (png instanceof Uint8Array) return png;
    throw new Error('the thread that draws pictures answered without one');
  } finally {
    await worker.terminate();
  }
}
