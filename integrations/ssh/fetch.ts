import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { TargetError } from '../target.ts';

/** Opens a connection to an address as the host sees it. */
export type Tunnel = (address: string, port: number) => Promise<Duplex>;

/**
 * `fetch` through a tunnel: what is asked for is asked from the host. Redirects are answers and not followed. A tunnel
 * that cannot be made or breaks is a {@link TargetError}, for it says nothing about whom we ask.
 */
export function createTunnelFetch(tunnel: Tunnel): typeof globalThis.fetch {
  return async (input, init) => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    const isTls = url.protocol === 'https:';
    const body = asked.body === null ? null : Buffer.from(await asked.arrayBuffer());
    const address = url.hostname.replace(/^\[|\]$/g, '');
    const raw = await abortable(tunnel(address, Number(url.port) || (isTls ? 443 : 80)), asked.signal);
    const socket = isTls ? connectTls({ socket: raw, servername: url.hostname }) : raw;
    try {
      const send = isTls ? requestHttps : requestHttp;
      const { method, signal } = asked;
      const headers = { ...Object.fromEntries(asked.headers), connection: 'close' };
      const request = send(url, { method, headers, signal, createConnection: () => socket });
      return responseOf(await answer(request, body));
    } catch (error) {
      socket.destroy();
      if (error instanceof TargetError) throw error;
      throw asked.signal.aborted ? asked.signal.reason : new TypeError('fetch failed', { cause: error });
    }
  };
}

function answer(request: ClientRequest, body: Buffer | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

function responseOf(message: IncomingMessage): Response {
  const status = message.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const hasBody = ![101, 204, 205, 304].includes(status);
  if (!hasBody) message.resume();
  return new Response(hasBody ? Readable.toWeb(message) : null, { status, headers });
}

async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  work.catch(() => undefined);
  return Promise.race([work, aborted]);
}
