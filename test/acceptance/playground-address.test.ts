import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startBotWithPlayground } from '../support/running-bot.ts';

const described = z.object({
  targets: z.array(z.object({ url: z.string() })),
  cloud: z.object({ registry: z.string(), run_endpoint: z.string(), sql_endpoint: z.string() }),
});

/** Every other address of this machine; on Linux all of 127.0.0.0/8 is this machine too. */
const OTHERS = [
  '127.0.0.2',
  ...Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => address),
  ),
];

it('cannot be reached by another address of the machine', async () => {
  const running = await startBotWithPlayground();
  onTestFinished(() => running.stop());
  const answer = await fetch(new URL('/playground/workspace', running.workspace.url));
  const { targets, cloud } = described.parse(await answer.json());
  const urls = [
    running.workspace.url,
    running.url(),
    cloud.registry,
    cloud.sql_endpoint,
    `http://${cloud.run_endpoint}`,
  ];
  const ports = [...urls, ...targets.map(({ url }) => url)].map((url) => Number(new URL(url).port));
  expect(await Promise.all(ports.map((port) => reached('127.0.0.1', port)))).toEqual(ports.map(() => true));
  const elsewhere = OTHERS.flatMap((address) => ports.map((port) => reached(address, port)));
  expect(await Promise.all(elsewhere)).toEqual(elsewhere.map(() => false));
});

/** Whether somebody else answers there: TCP may connect a port to itself when it is chosen for both ends. */
function reached(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => resolve(socket.localPort !== port));
    socket.once('error', () => resolve(false)).once('connect', () => socket.destroy());
  });
}
