import { WebAPIPlatformError } from '@slack/web-api';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { keepConnected } from '../../../src/slack/socket.ts';
import { TestClock } from './publisher-world.ts';

const refused = () => new WebAPIPlatformError({ ok: false, error: 'invalid_auth' });

describe('an app token that Slack does not take', () => {
  it('is given up where Slack never took it', async () => {
    const { socket, attempts, clock } = setUp([refused]);
    await expect(socket.start()).rejects.toThrow('invalid_auth');
    await clock.advance(60_000);
    expect(attempts()).toBe(1);
  });

  it('is tried again, with long pauses and as an error, where Slack took it before', async () => {
    const { socket, attempts, clock, errors, drop } = setUp([null, refused, refused, null]);
    await socket.start();
    drop();
    await clock.advance(9_000);
    expect(attempts()).toBe(2);
    expect(socket.connected()).toBe(false);
    await clock.advance(12_000);
    expect(attempts()).toBe(4);
    expect(socket.connected()).toBe(true);
    expect(errors).toHaveLength(2);
    await socket.stop();
  });
});

/** A connection whose attempts end as told, one after the other: null is a success. */
function setUp(ends: readonly (null | (() => Error))[]) {
  const clock = new TestClock();
  const errors: string[] = [];
  let attempts = 0;
  let drop = (): void => undefined;
  const client = {
    start: async () => {
      const error = ends[attempts];
      attempts += 1;
      if (error) throw error();
    },
    disconnect: async () => drop(),
    once: (_event: 'disconnected', listener: () => void) => {
      drop = listener;
    },
  };
  const log = pino({ level: 'error' }, { write: (line) => void errors.push(line) });
  const socket = keepConnected(client, { clock, log });
  return { socket, attempts: () => attempts, clock, errors, drop: () => drop() };
}
