import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ExecutorWatch, watchExecutors } from '../../../src/operations/gone.ts';
import { GONE_AFTER, type Lease, takeLease } from '../../../src/operations/lease.ts';
import { otherExecutors, registerExecutor } from '../../../src/store/executors.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const log = pino({ level: 'silent' });

describe('a lease', () => {
  let test: TestDatabase;
  let lease: Lease;
  /** Milliseconds by which the clock of the lease is ahead, as after a stop of the process. */
  let ahead = 0;
  let takenOver = 0;
  const now = () => performance.now() + ahead;
  const onTakenOver = () => {
    takenOver += 1;
  };
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());
  afterEach(async () => {
    await lease.release();
    ahead = 0;
    takenOver = 0;
  });

  const take = async () => {
    const { url, database } = test;
    lease = await takeLease({ url, database, now, onTakenOver });
  };
  const touch = () => lease.whileHeld(async (signal) => signal.aborted);
  const endItsSession = () =>
    test.database.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 7054
         and database = (select oid from pg_database where datname = current_database())`,
    );

  it('is held, renewed and given back', async () => {
    await take();
    expect(lease.isHeld()).toBe(true);
    expect(await touch()).toBe(false);
    const renewal = async () => (await otherExecutors(test.database, 'nobody'))[0]?.renewal;
    const first = await renewal();
    await expect.poll(renewal).not.toBe(first);
    await lease.release();
    expect(lease.isHeld()).toBe(false);
    expect(await otherExecutors(test.database, 'nobody')).toEqual([]);
  });

  it('aborts what is under way at the first question after a stop, before anything was heard', async () => {
    await take();
    let tries = 0;
    const asked = await lease.whileHeld(async (signal) => {
      tries += 1;
      if (tries > 1) return signal.aborted;
      ahead += GONE_AFTER;
      expect(lease.isHeld()).toBe(false);
      signal.throwIfAborted();
      return 'touched';
    });
    expect([asked, tries]).toEqual([false, 2]);
  });

  it('is good for less than others wait, whenever it was renewed', async () => {
    await take();
    ahead += GONE_AFTER - 1_500;
    expect(lease.isHeld()).toBe(false);
  });

  it('comes back when its session was ended, and nothing is touched in between', async () => {
    await take();
    const since = lease.heldSince() ?? 0;
    let signal: AbortSignal | null = null;
    const work = lease.whileHeld(async (given) => {
      if (signal !== null) return given;
      signal = given;
      await endItsSession();
      await expect.poll(() => given.aborted).toBe(true);
      throw given.reason;
    });
    expect(await work).not.toBe(signal);
    expect(lease.heldSince()).toBeGreaterThan(since);
    expect(takenOver).toBe(0);
  });

  it('is never held again when another process has taken over, which is told once', async () => {
    await take();
    await test.database.query('delete from slipway.executors');
    await expect.poll(() => takenOver).toBe(1);
    expect(lease.isHeld()).toBe(false);
    let touched = false;
    void lease.whileHeld(async () => {
      touched = true;
    });
    await endItsSession();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect({ touched, takenOver }).toEqual({ touched: false, takenOver: 1 });
  });

  describe('of another process', () => {
    let watch: ExecutorWatch;
    const elsewhere = { pid: 1, host: 'elsewhere' };
    const watchFrom = async () => {
      await take();
      watch = watchExecutors({ url: test.url, database: test.database, lease, log, now });
    };
    /** A moment goes by, in which this process renews its own lease in time. */
    const MOMENT = 1_500;
    const momentLater = async () => {
      const own = async () =>
        (await otherExecutors(test.database, 'nobody')).find(({ id }) => id === lease.executorId)?.renewal;
      const before = await own();
      ahead += MOMENT;
      await expect.poll(own).not.toBe(before);
    };

    it('is taken over when its renewal stays the same for long enough, and that is recorded', async () => {
      await watchFrom();
      const { id } = await registerExecutor(test.database, { id: randomUUID(), ...elsewhere });
      expect(await watch.forgetGone()).toEqual([]);
      const first = now();
      await momentLater();
      expect(await watch.forgetGone()).toEqual([]);
      let gone: readonly string[] = [];
      while (gone.length === 0) {
        await momentLater();
        gone = (await watch.forgetGone()) ?? [];
      }
      expect(gone).toEqual([id]);
      expect(now() - first).toBeGreaterThanOrEqual(GONE_AFTER);
      expect(await watch.forgetGone()).toEqual([]);
      const { rows } = await test.database.query(
        'select taken_over_by, taken_over_at >= renewed_at as later from slipway.takeovers where executor_id = $1',
        [id],
      );
      expect(rows).toEqual([{ taken_over_by: lease.executorId, later: true }]);
    });

    it('is left alone while it renews', async () => {
      await watchFrom();
      const { id } = await registerExecutor(test.database, { id: randomUUID(), ...elsewhere });
      for (let first = now(); now() - first < 2 * GONE_AFTER; ) {
        await test.database.query(
          'update slipway.executors set renewed_at = clock_timestamp() where id = $1',
          [id],
        );
        expect((await watch.forgetGone()) ?? []).toEqual([]);
        await momentLater();
      }
    });

    it('is not judged by one that was away itself, and gets the time to come back after it', async () => {
      await watchFrom();
      await registerExecutor(test.database, { id: randomUUID(), ...elsewhere });
      expect(await watch.forgetGone()).toEqual([]);
      ahead += 2 * GONE_AFTER;
      expect(await watch.forgetGone()).toBe(null);
      await expect.poll(() => lease.isHeld()).toBe(true);
      expect(await watch.forgetGone()).toEqual([]);
    });

    it('is taken over at once when its process died on this machine', async () => {
      await watchFrom();
      const dead = { pid: 2 ** 22 + 1, host: (await import('node:os')).hostname() };
      const { id } = await registerExecutor(test.database, { id: randomUUID(), ...dead });
      expect(await watch.forgetGone()).toEqual([id]);
    });
  });
});
