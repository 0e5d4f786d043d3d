import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { createMetrics } from '../../../src/http/metrics.ts';
import { createHttpApp, serveHttp } from '../../../src/http/server.ts';

const BEGINNINGS = [
  '',
  'GET /healthz HTTP/1.1\r\nHost: x\r\n',
  'POST /webhooks/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n',
] as const;

it('are cut off, whatever they begin and do not end, while others are served', {
  timeout: 90_000,
}, async () => {
  const app = createHttpApp({ metrics: createMetrics({ services: {} }), readiness: async () => [] });
  app.post('/webhooks/x', async (request, response) => {
    for await (const _ of request);
    response.end();
  });
  const server = await serveHttp(app, { port: 0, host: '127.0.0.1' });
  const { port } = new URL(server.url);
  const ends = BEGINNINGS.map(
    (beginning) =>
      new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.write(beginning));
        socket.on('error', () => undefined).resume();
        socket.once('close', () => resolve());
      }),
  );
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  await Promise.all(ends);
  await server.stop();
});
