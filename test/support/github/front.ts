import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a route sees it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed JSON; undefined when there is no body. */
  readonly body: unknown;
  /** The groups of the route's pattern, decoded. */
  readonly params: readonly string[];
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a route answers, or null to leave it to the server behind. */
export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  answer(asked: Asked): Answer | null | Promise<Answer | null>;
}

/** Something that goes wrong, for so many requests that fit. */
export interface Fault {
  readonly method: string;
  readonly pattern: RegExp;
  times: number;
  /** Instead of the answer; with `after`, the request is answered first, and nobody hears of it. */
  readonly answer: Answer | 'drop';
  readonly after?: boolean;
}

/** A local server in front of another: it answers what that one lacks, and pulls levers on the rest. */
export interface Front {
  readonly url: string;
  readonly faults: Fault[];
  /** `POST /repos/…`, in the order in which they came. */
  readonly calls: string[];
  /** Where everything goes that no route answers. */
  behind: string | null;
  close(): Promise<void>;
}

export async function startFront(routes: readonly Route[]): Promise<Front> {
  const server = createServer((request, response) => {
    handle(front, routes, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  const url = await listen(server);
  const front: Front = {
    url,
    faults: [],
    calls: [],
    behind: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return front;
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port }: AddressInfo = addressOf(server);
      resolve(`http://127.0.0.1:${port}`);
    });
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}

async function handle(
  front: Front,
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', front.url);
  const method = request.method ?? 'GET';
  const bytes = await readAll(request);
  front.calls.push(`${method} ${url.pathname}${url.search}`);
  const fault = front.faults.find(
    (one) => one.times > 0 && one.method === method && one.pattern.test(url.pathname),
  );
  if (fault !== undefined) fault.times -= 1;
  if (fault !== undefined && fault.after !== true) return give(response, fault.answer);
  const asked = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: parse(bytes),
  };
  const answer = (await own(routes, asked)) ?? (await passOn(front, url, request, bytes));
  give(response, fault === undefined ? answer : fault.answer);
}

async function own(routes: readonly Route[], asked: Omit<Asked, 'params'>): Promise<Answer | null> {
  for (const route of routes) {
    const found = route.method === asked.method ? route.pattern.exec(asked.path) : null;
    if (found === null) continue;
    const params = found.slice(1).map((part) => decodeURIComponent(part ?? ''));
    const answer = await route.answer({ ...asked, params });
    if (answer !== null) return answer;
  }
  return null;
}

async function passOn(front: Front, url: URL, request: IncomingMessage, bytes: Buffer): Promise<Answer> {
  if (front.behind === null) return { status: 404, body: { message: 'Not Found' } };
  const headers = new Headers();
  for (const name of ['authorization', 'accept', 'content-type']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const answered = await fetch(`${front.behind}${url.pathname}${url.search}`, {
    method: request.method ?? 'GET',
    headers,
    ...(bytes.length > 0 ? { body: new Uint8Array(bytes) } : {}),
  });
  const text = await answered.text();
  const link = answered.headers.get('link');
  return {
    status: answered.status,
    ...(text === '' ? {} : { body: JSON.parse(text) }),
    ...(link === null ? {} : { headers: { link } }),
  };
}

function give(response: ServerResponse, answer: Answer | 'drop'): void {
  if (answer === 'drop') {
    response.destroy();
    return;
  }
  const { status, body, headers = {} } = answer;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function parse(bytes: Buffer): unknown {
  return bytes.length === 0 ? undefined : JSON.parse(bytes.toString('utf8'));
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
