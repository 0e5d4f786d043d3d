import type { IncomingMessage, Server } from 'node:http';

const loopbackHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** Whether a request names this machine as its host, as no page of a foreign site can make a browser do. */
export function isForLoopback(request: IncomingMessage): boolean {
  return loopbackHost.test(request.headers.host ?? '');
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
