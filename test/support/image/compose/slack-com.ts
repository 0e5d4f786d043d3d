/**
 * Runs in a container that is slack.com to the others of its compose project: a playground, spoken to by TLS at Slack's
 * own address. The playground and its demo cloud, which listen on loopback only, can be reached from outside by way of it.
 * @module
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const PORT = Number(process.env.PLAYGROUND_PORT);
const PLAYGROUND = `127.0.0.1:${PORT}`;

const playground = spawn(process.execPath, ['/app/src/main.ts', 'playground'], { stdio: 'inherit' });
playground.once('exit', (code) => process.exit(code ?? 1));
process.once('SIGTERM', () => playground.kill('SIGTERM'));

const slack = createTlsServer({ key: readFileSync('/test/key.pem'), cert: readFileSync('/test/cert.pem') });
slack.on('request', answer);
slack.on('upgrade', (asked, socket, head) => {
  const far = connect(PORT, '127.0.0.1');
  const headers = Object.entries({ ...asked.headers, host: PLAYGROUND }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  far.write([`GET ${asked.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
  far.write(head);
  socket.on('error', () => far.destroy());
  far.on('error', () => socket.destroy());
  socket.pipe(far).pipe(socket);
});
await openToOthers(await portsOfPlayground());
slack.listen(443);

/** What the playground answers, with Slack's address for its own. */
function answer(asked: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = asked;
  const onward = request(
    { host: '127.0.0.1', port: PORT, path: url, method, headers: { ...headers, host: PLAYGROUND } },
    async (answered) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answered) chunks.push(Buffer.from(chunk));
      const body = Buffer.concat(chunks).toString('utf8').replaceAll(`ws://${PLAYGROUND}`, 'wss://slack.com');
      const { 'content-length': _length, ...others } = answered.headers;
      response.writeHead(answered.statusCode ?? 502, others).end(body);
    },
  );
  onward.on('error', () => response.writeHead(502).end());
  asked.pipe(onward);
}

/** Its own and those of the demo cloud. */
async function portsOfPlayground(): Promise<readonly number[]> {
  for (;;) {
    const described = await fetch(`http://${PLAYGROUND}/playground/workspace`).catch(() => null);
    const found = (await described?.text())?.matchAll(/127\.0\.0\.1:(\d+)/g) ?? null;
    if (found !== null) return [...new Set([PORT, ...[...found].map(([, port]) => Number(port))])];
    await delay(100);
  }
}

async function openToOthers(ports: readonly number[]): Promise<void> {
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const { address } = own.find(({ internal, family }) => !internal && family === 'IPv4') ?? {
    address: '0.0.0.0',
  };
  for (const port of ports) {
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
  }
}
