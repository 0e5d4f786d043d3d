import type { IncomingMessage, Server } from 'node:http';
import { isLoopbackRequest } from '../loopback-only.ts';

/** Whether a request names this machine as its host, and no page of another site made a browser send it. */
export function isForLoopback(request: IncomingMessage): boolean {
  return isLoopbackRequest(request.headers, request.socket.localPort ?? 0);
}

/** Listens on 127.0.0.1. */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Stops listening, and resolves when the requests that are on their way have been answered. */
export function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/** Stops listening and cuts what is still connected. */
export function close(server: Server): Promise<void> {
  const drained = drain(server);
  server.closeAllConnections();
  return drained;
}
