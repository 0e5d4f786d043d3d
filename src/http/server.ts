import { createServer, type Server } from 'node:http';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
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

/** Milliseconds for answers that are under way when the server stops. */
const LAST_ANSWERS = 2_000;

interface ServerOptions {
  readonly port: number;
  readonly host?: string;
  /** Where connections that could not be taken are told of. */
  readonly log?: Pick<Logger, 'error'>;
}

/** Listens on one address, or on all of them as a service in a container must; a taken port is a clear error. */
export function serveHttp(app: Express, { port, host, log }: ServerOptions): Promise<HttpServer> {
  const server = createServer(PATIENCE, app);
  return new Promise((resolve, reject) => {
    server.on('error', (cause: NodeJS.ErrnoException) => {
      // Out of files, for instance: the next connection may be taken again.
      if (server.listening) return log?.error({ err: cause }, 'a connection could not be taken');
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

/** Answers what is under way, and ends every connection: also of those who keep asking, or never end. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    server.prependListener('request', (_request, response) => {
      response.setHeader('connection', 'close');
    });
    setTimeout(() => server.closeAllConnections(), LAST_ANSWERS).unref();
  });
}
