import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Engine, launchEngine } from '../../../src/operations/engine.ts';
import { watchExecutors } from '../../../src/operations/gone.ts';
import { registerExecutor } from '../../../src/store/executors.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type Relay, startRelay } from '../../support/relay.ts';

const log = pino({ level: 'silent' });
const LIMIT = 20_000;

describe('when the network to the database goes silent', () => {
  let test: TestDatabase;
  let relay: Relay;
  let url: string;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  beforeEach(async () => {
    const through = new URL(test.url);
    relay = await startRelay({ to: Number(through.port) });
    through.port = String(relay.port);
    url = through.href;
  });
  afterEach(() => relay.stop());
  afterAll(() => test.drop());

  describe('taking over from one that died', () => {
    const forget = async () => {
      const dead = { id: randomUUID(), pid: 2 ** 22 + 1, host: hostname() };
      await registerExecutor(test.database, dead);
      const lease = { executorId: 'this process', heldSince: () => 0 };
      const forgetting = watchExecutors({ url, database: test.database, lease, log }).forgetGone();
      return Promise.race([forgetting, delay(LIMIT, 'nothing', { ref: false })]);
    };

    it('fails when no connection is made, and does not wait for ever', async () => {
      relay.silence();
      await expect(forget()).rejects.toThrow('timeout');
    });

    it('fails when a question is not answered, and does not wait for ever', async () => {
      const query: (...asked: readonly unknown[]) => unknown = test.database.query;
      vi.spyOn(test.database, 'query').mockImplementation((...asked: unknown[]) => {
        if (/^with gone/.test(String(asked[0]))) relay.silencePresent();
        return Reflect.apply(query, test.database, asked);
      });
      await expect(forget())
        .rejects.toThrow('timeout')
        .finally(() => vi.restoreAllMocks());
    });
  });

  it('the engine gives up connections that are not made, and makes others', async () => {
    const engine = await launched();
    relay.silence();
    // As many as it may have connections; those that it has are silent, and those that it makes.
    const asked = Array.from({ length: 8 }, () => engine.fate('op-none').catch(() => undefined));
    await delay(500);
    relay.openAnew();
    try {
      await expect
        .poll(() => Promise.race([engine.fate('op-none'), delay(1_000, 'nothing')]))
        .toBe('never-begun');
    } finally {
      relay.open();
      await Promise.all(asked);
      await engine.stop();
    }
  });

  function launched(): Promise<Engine> {
    return launchEngine({
      url,
      database: test.database,
      executorId: 'this process',
      log,
      adopt: async () => undefined,
      executors: { forgetGone: async () => [] },
      run: async () => undefined,
    });
  }
});
