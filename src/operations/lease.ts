import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from '../store/database.ts';
import { type Executor, isRegistered, registerExecutor, tryHoldExecutor } from '../store/executors.ts';

/** Milliseconds between attempts to get a lost connection back. */
const RECONNECT = 250;
/** Milliseconds that work under way gets to finish by itself when the process stops, and then to notice that it must. */
const FINISH = 2_000;
const CUT_OFF = 2_000;
/** The server drops a client that the network has lost after about 10 s. */
const KEEPALIVE = '-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3';

/**
 * This process's right to touch targets: a session-level advisory lock on a connection of its own.
 * While it is not held, nothing here touches a target; when another process has taken over, never again.
 */
export interface Lease {
  readonly executorId: string;
  /**
   * Runs `work` while the lease is held, waiting for it if need be. If it is lost in between, `signal`
   * is aborted and the work is run again once it is back, so the work must be idempotent. After
   * {@link Lease.stop} it never settles: what was begun is for the next process.
   */
  whileHeld<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** True while it is held, as far as is known without asking. */
  isHeld(): boolean;
  /** No more work from now on; what is under way may finish. */
  stop(): void;
  /** Waits a moment for work under way, cuts it off, and gives the lease back. */
  release(): Promise<void>;
}

interface LeaseOptions {
  readonly url: string;
  readonly database: Database;
  /** Another process has taken over; this one must end. */
  onTakenOver(): void;
}

/** Registers this process and takes its lease. */
export async function takeLease(options: LeaseOptions): Promise<Lease> {
  const executor = await registerExecutor(options.database, {
    id: randomUUID(),
    pid: process.pid,
    host: hostname(),
  });
  const lease = new AdvisoryLease(executor, options);
  await lease.connect();
  return lease;
}

class AdvisoryLease implements Lease {
  readonly executorId: string;
  readonly #executor: Executor;
  readonly #options: LeaseOptions;
  #session: pg.Client | null = null;
  #lost = new AbortController();
  #regained: Promise<void> = Promise.resolve();
  #stopped = false;
  #lastCheck: Promise<unknown> = Promise.resolve();
  readonly #underWay = new Set<Promise<void>>();

  constructor(executor: Executor, options: LeaseOptions) {
    this.executorId = executor.id;
    this.#executor = executor;
    this.#options = options;
  }

  async connect(): Promise<void> {
    const session = new pg.Client({
      connectionString: this.#options.url,
      options: KEEPALIVE,
      keepAlive: true,
      keepAliveInitialDelayMillis: 4_000,
      query_timeout: 5_000,
    });
    session.on('error', () => this.#onLost(session));
    session.on('end', () => this.#onLost(session));
    await session.connect();
    try {
      await this.#claim(session);
    } catch (error) {
      await session.end();
      throw error;
    }
    this.#session = session;
    this.#lost = new AbortController();
  }

  async whileHeld<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      const signal = await this.#held();
      const running = work(signal);
      this.#track(running);
      try {
        return await running;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  isHeld(): boolean {
    return this.#session !== null && !this.#stopped;
  }

  async release(): Promise<void> {
    this.#stopped = true;
    await this.#quiet(FINISH);
    this.#lost.abort(new Error('this process is stopping'));
    await this.#quiet(CUT_OFF);
    const session = this.#session;
    this.#session = null;
    await session?.end();
  }

  #track(running: Promise<unknown>): void {
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    this.#underWay.add(settled);
    void settled.then(() => this.#underWay.delete(settled));
  }

  /** Until nothing is under way, or so many milliseconds have passed. */
  async #quiet(limit: number): Promise<void> {
    if (this.#underWay.size === 0) return;
    await Promise.race([Promise.all(this.#underWay), delay(limit, undefined, { ref: false })]);
  }

  /** Asks the server itself: a process that was stopped for a while can't know otherwise. */
  async #held(): Promise<AbortSignal> {
    for (;;) {
      if (this.#stopped) await forever();
      const session = this.#session;
      const { signal } = this.#lost;
      if (session !== null && (await this.#answers(session)) && !signal.aborted) return signal;
      await this.#regained;
      if (this.#session === session) await delay(RECONNECT);
    }
  }

  /** One question at a time: a connection takes no second query before the first is answered. */
  #answers(session: pg.Client): Promise<boolean> {
    const check = this.#lastCheck.then(async () => {
      try {
        await session.query('select 1');
        return true;
      } catch {
        return false;
      }
    });
    this.#lastCheck = check;
    return check;
  }

  async #claim(session: pg.Client): Promise<void> {
    if (!(await tryHoldExecutor(session, this.#executor)))
      throw new Error('the lease is held by another process');
    if (!(await isRegistered(session, this.executorId))) throw new TakenOver();
  }

  #onLost(session: pg.Client): void {
    if (this.#session !== session) return;
    this.#session = null;
    this.#lost.abort(new Error('the lease was lost'));
    this.#regained = this.#regain();
  }

  #giveUp(): void {
    this.#stopped = true;
    this.#options.onTakenOver();
  }

  async #regain(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.connect();
        return;
      } catch (error) {
        if (error instanceof TakenOver) return this.#giveUp();
        await delay(RECONNECT);
      }
    }
  }
}

/** While the lease was away, another process took over what this one was doing. */
class TakenOver extends Error {}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}
