import { createServer, type Server } from 'node:http';
import express, { type Express } from 'express';
import type { Metrics } from './metrics.ts';

/** What `/readyz` asks: one sentence for each thing that is not ready. */
export type Readiness = () => Promise<readonly string[]>;

export interface HttpServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The bot's own routes: alive, ready, figures. Others mount what they receive beside them. */
export function createHttpApp(parts: { readonly metrics: Metrics; readonly readiness: Readiness }): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });
  app.get('/readyz', async (_request, response) => {
    const missing = await parts.readiness();
    response.status(missing.length === 0 ? 200 : 503).json({ ok: missing.length === 0, missing });
  });
  app.get('/metrics', async (_request, response) => {
    const { contentType, text } = await parts.metrics.expose();
    response.set('content-type', contentType).send(text);
  });
  return app;
}

/**
 * Whoever only begins a request does not keep a connection: milliseconds for its headers and for the whole of it,
 * and between two looks for those that are late.
 */
const PATIENCE = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
} as const;

/** Listens on one address, or on all of them as a service in a container must; a taken port is a clear error. */
export function serveHttp(
  app: Express,
  { port, host }: { readonly port: number; readonly host?: string },
): Promise<HttpServer> {
  const server = createServer(PATIENCE, app);
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(taken ? new Error(`Port ${port} is in use. Set PORT to another one.`, { cause }) : cause);
    });
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      resolve({ url: `http://127.0.0.1:${bound}`, stop: () => stop(server) });
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
