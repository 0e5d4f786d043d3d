import { channel } from 'node:diagnostics_channel';
import { Agent, get, Server } from 'node:http';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HttpServer, serveHttp } from '../../../src/http/server.ts';

const LIMIT = { timeout: 20_000 };

describe('a server that stops', () => {
  it('answers what is under way, and no longer serves whoever keeps asking', LIMIT, async () => {
    const { server, agent, asked, answer } = await holdingServer();
    const first = ask(server.url, agent);
    await asked;
    const stopped = server.stop();
    answer();
    expect(await first).toBe(200);
    const asking = askUntilRefused(server.url, agent);
    await stopped;
    await asking;
  });

  it('cuts off what is not answered', LIMIT, async () => {
    const { server, agent, asked } = await holdingServer();
    const cutOff = expect(ask(server.url, agent)).rejects.toThrow('socket hang up');
    await asked;
    await Promise.all([server.stop(), cutOff]);
  });
});

it('a server goes on serving when connections could not be taken, however often', async () => {
  const { server, agent, answer } = await holdingServer();
  answer();
  const listening = await serverBehind(() => ask(server.url, agent));
  for (const time of [1, 2]) listening.emit('error', new Error(`accept EMFILE ${time}`));
  expect(await ask(server.url, agent)).toBe(200);
  await server.stop();
});

/** Answers once it is told to; its client keeps one connection. */
async function holdingServer(): Promise<{
  readonly server: HttpServer;
  readonly agent: Agent;
  readonly asked: Promise<void>;
  readonly answer: () => void;
}> {
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const app = express();
  app.get('/', async (_request, response) => {
    asked.resolve();
    await answered.promise;
    response.end();
  });
  const server = await serveHttp(app, { port: 0, host: '127.0.0.1' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return { server, agent, asked: asked.promise, answer: answered.resolve };
}

function ask(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    }).once('error', reject);
  });
}

async function askUntilRefused(url: string, agent: Agent): Promise<void> {
  for (let refused = false; !refused; )
    await ask(url, agent).catch(() => {
      refused = true;
    });
}

/** Node's own server, which says that it could not take a connection. */
async function serverBehind(asking: () => Promise<unknown>): Promise<Server> {
  const requests = channel('http.server.request.start');
  const found = Promise.withResolvers<Server>();
  const look = (message: unknown) => {
    if (typeof message === 'object' && message !== null && 'server' in message)
      if (message.server instanceof Server) found.resolve(message.server);
  };
  requests.subscribe(look);
  await asking();
  requests.unsubscribe(look);
  return found.promise;
}
