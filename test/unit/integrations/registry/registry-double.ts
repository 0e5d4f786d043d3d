import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export interface RegistryRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
  readonly accept: string;
}

export interface RegistryDouble {
  /** `127.0.0.1:<port>/team/api` */
  readonly image: string;
  readonly host: string;
  readonly requests: readonly RegistryRequest[];
}

type Answer = (request: RegistryRequest, response: ServerResponse) => void;

/** A server on a loopback port that answers as told and remembers what it was asked; it stops with the test. */
export async function startRegistry(answer: Answer): Promise<RegistryDouble> {
  const requests: RegistryRequest[] = [];
  const server = createServer((incoming, response) => {
    const request = read(incoming);
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const host = `127.0.0.1:${address.port}`;
  return { image: `${host}/team/api`, host, requests };
}

function read(incoming: IncomingMessage): RegistryRequest {
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    authorization: incoming.headers.authorization ?? null,
    accept: incoming.headers.accept ?? '',
  };
}

export const MANIFEST = '{"schemaVersion":2}';
export const DIGEST = `sha256:${createHash('sha256').update(MANIFEST).digest('hex')}` as const;

export function sendJson(
  response: ServerResponse,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function sendManifest(response: ServerResponse, digest: string | null = DIGEST): void {
  const headers = digest === null ? {} : { 'docker-content-digest': digest };
  response.writeHead(200, headers).end(MANIFEST);
}
