import type { IncomingMessage } from 'node:http';

/** A body as it came, or why it was not taken. */
export type ReadBody =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly status: 400 | 408 | 413 | 415; readonly reason: string };

/** Milliseconds that a sender has for a body; those that we take are small. */
const SENDING_LIMIT = 10_000;

/** Reads at most `limit` bytes as they are; what is longer is refused as soon as that is known. */
export async function readBody(request: IncomingMessage, limit: number): Promise<ReadBody> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return { ok: false, status: 415, reason: 'Send the body uncompressed.' };
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge(limit);
  return Promise.race([collect(request, limit), late(request)]);
}

function collect(request: IncomingMessage, limit: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) return void chunks.push(chunk);
      chunks.length = 0;
      resolve(tooLarge(limit));
    });
    request.once('end', () => resolve({ ok: true, bytes: Buffer.concat(chunks) }));
    request.once('close', () => resolve({ ok: false, status: 400, reason: 'The body ended too early.' }));
    request.once('error', () => resolve({ ok: false, status: 400, reason: 'The body ended too early.' }));
  });
}

function late(request: IncomingMessage): Promise<ReadBody> {
  return new Promise((resolve) => {
    const reason = `The body did not come within ${SENDING_LIMIT / 1_000} seconds.`;
    const timer = setTimeout(() => resolve({ ok: false, status: 408, reason }), SENDING_LIMIT);
    for (const event of ['end', 'close', 'error']) request.once(event, () => clearTimeout(timer));
  });
}

function tooLarge(limit: number): ReadBody {
  return { ok: false, status: 413, reason: `The body is larger than ${limit} bytes.` };
}
