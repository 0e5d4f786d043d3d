import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Authentication } from '../../../src/domain/authentication.ts';
import { type HttpServer, serveHttp } from '../../../src/http/server.ts';
import { type WebhookAnswer, type WebhookCall, webhookRoutes } from '../../../src/http/webhooks.ts';

const SECRET = 'correct-horse-battery-staple';
const signature = { kind: 'signature', header: 'X-Hub-Signature-256', prefix: 'sha256=' } as const;

let server: HttpServer;
let calls: WebhookCall[];
let opened: string[];
let observed: { readonly webhook: string; readonly status: number }[];
let accept: (call: WebhookCall) => Promise<WebhookAnswer>;

beforeEach(async () => {
  calls = [];
  opened = [];
  observed = [];
  accept = async (call) => {
    calls.push(call);
    return { kind: 'stored' };
  };
  const hook = (name: string, secret: string | null, authentication: Authentication) => ({
    name,
    secret,
    authentication,
    accept: (call: WebhookCall) => accept(call),
  });
  const router = webhookRoutes({
    webhooks: [
      hook('bearer', SECRET, { kind: 'token' }),
      hook('signed', SECRET, signature),
      hook('off', null, { kind: 'token' }),
    ],
    opened: (webhook) => void opened.push(webhook),
    observe: (call) => void observed.push(call),
    log: { warn: () => undefined, error: () => undefined },
  });
  const app = express();
  app.use(router);
  server = await serveHttp(app, { port: 0, host: '127.0.0.1' });
});
afterEach(() => server.stop());

async function post(
  name: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${server.url}/webhooks/${name}`, { method: 'POST', body, headers });
  const answer: unknown = await response.json();
  return { status: response.status, answer };
}
const bearer = { authorization: `Bearer ${SECRET}` };
const sign = (body: string, secret = SECRET) => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
});

describe('a webhook with a token', () => {
  it('takes the secret as a bearer token or as a password', async () => {
    const basic = { authorization: `Basic ${Buffer.from(`anybody:${SECRET}`).toString('base64')}` };
    expect(await post('bearer', '{"a":1}', bearer)).toEqual({
      status: 200,
      answer: { ok: true, result: 'stored' },
    });
    expect((await post('bearer', '{"a":2}', basic)).status).toBe(200);
    expect(calls.map(({ body }) => body)).toEqual([{ a: 1 }, { a: 2 }]);
    expect(observed).toContainEqual({ webhook: 'bearer', status: 200 });
  });

  it.each([
    ['no authorization', {}],
    ['another token', { authorization: 'Bearer wrong' }],
    ['the token with something behind it', { authorization: `Bearer ${SECRET}x` }],
    ['another password', { authorization: `Basic ${Buffer.from('anybody:wrong').toString('base64')}` }],
    ['the secret as a name', { authorization: `Basic ${Buffer.from(`${SECRET}:`).toString('base64')}` }],
    ['another scheme', { authorization: `Digest ${SECRET}` }],
  ])('refuses %s', async (_what, headers) => {
    expect((await post('bearer', '{}', headers as Record<string, string>)).status).toBe(401);
    expect(calls).toEqual([]);
  });
});

describe('a signed webhook', () => {
  it('takes a body with its signature, and no other', async () => {
    const body = '{ "spaces":  "count" }';
    expect((await post('signed', body, sign(body))).status).toBe(200);
    expect((await post('signed', `${body} `, sign(body))).status).toBe(401);
    expect((await post('signed', body, sign(body, 'another secret'))).status).toBe(401);
    expect((await post('signed', body, bearer)).status).toBe(401);
    expect(calls).toHaveLength(1);
  });
});

describe('a webhook that nobody knows', () => {
  it('is off without a secret, whatever is sent', async () => {
    expect(await post('off', '{}', { authorization: 'Bearer ' })).toMatchObject({ status: 404 });
    expect(await post('off', '{}', { authorization: 'Bearer null' })).toMatchObject({ status: 404 });
    expect(await post('other', '{}', bearer)).toMatchObject({ status: 404 });
    expect(opened).toEqual(['bearer', 'signed']);
    expect(calls).toEqual([]);
  });
});

describe('a body', () => {
  it.each([
    ['nothing', '', /empty/],
    ['half of one', '{"a":', /not JSON/],
    ['nested too deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested deeper than 32/],
    ['not in UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not text in UTF-8/],
  ])('%s is told to its sender', async (_what, body, reason) => {
    const { status, answer } = await post('bearer', body, bearer);
    expect(status).toBe(400);
    expect(JSON.stringify(answer)).toMatch(reason);
    expect(calls).toEqual([]);
  });

  it('with brackets in its texts is not deep', async () => {
    const body = JSON.stringify({ text: '[{"'.repeat(1_000), more: '\\"[' });
    expect((await post('bearer', body, bearer)).status).toBe(200);
  });

  it('of 50 MB is refused before it is read, said to be long or not', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const sized = await sendChunks(50, chunk, { ...bearer, 'content-length': String(50 * chunk.length) });
    const unsized = await sendChunks(50, chunk, bearer);
    expect([sized.status, unsized.status]).toEqual([413, 413]);
    expect(Math.max(sized.sent, unsized.sent)).toBeLessThan(20);
    expect(calls).toEqual([]);
  });

  it('that is compressed is refused', async () => {
    expect((await post('bearer', '{}', { ...bearer, 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('that ends too early reaches nobody', async () => {
    const { port } = new URL(server.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `POST /webhooks/bearer HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${SECRET}\r\nContent-Length: 100\r\n\r\n{"a":`,
          () => socket.destroy(),
        );
      });
      socket.once('close', () => resolve());
    });
    await expect.poll(() => observed).toEqual([{ webhook: 'bearer', status: 400 }]);
    expect(calls).toEqual([]);
  });
});

describe('what becomes of a call', () => {
  it('is told: stored, a duplicate, ignored, malformed', async () => {
    accept = async () => ({ kind: 'duplicate' });
    expect(await post('bearer', '{}', bearer)).toEqual({
      status: 200,
      answer: { ok: true, result: 'duplicate' },
    });
    accept = async () => ({ kind: 'ignored', why: 'A ping.' });
    expect(await post('bearer', '{}', bearer)).toMatchObject({ status: 200, answer: { reason: 'A ping.' } });
    accept = async () => ({ kind: 'malformed', reason: 'alerts is missing' });
    expect(await post('bearer', '{}', bearer)).toMatchObject({
      status: 400,
      answer: { reason: 'alerts is missing' },
    });
  });

  it('is 503 when the database is away, and 500 for a fault of ours', async () => {
    accept = async () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
    expect((await post('bearer', '{}', bearer)).status).toBe(503);
    accept = async () => Promise.reject(new Error('a fault'));
    expect((await post('bearer', '{}', bearer)).status).toBe(500);
  });
});

/** Resolves to the answer's status, and how many chunks were on their way when it came. */
function sendChunks(
  count: number,
  chunk: Buffer,
  headers: Record<string, string>,
): Promise<{ readonly status: number | undefined; readonly sent: number }> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    const sending = httpRequest(`${server.url}/webhooks/bearer`, { method: 'POST', headers });
    sending.once('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode, sent });
    });
    sending.once('error', reject);
    const send = (): void => {
      if (sent === count || sending.destroyed) return void sending.end();
      sending.write(chunk, () => {
        sent += 1;
        send();
      });
    };
    send();
  });
}
