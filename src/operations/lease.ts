import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Database } from '../store/database.ts';
import {
  deregisterExecutor,
  type Executor,
  registerExecutor,
  renewExecutor,
  tryHoldExecutor,
} from '../store/executors.ts';
import { lapsingAbort } from './lapsing.ts';

/** Milliseconds between two renewals. */
const RENEWAL = 1_000;
/** Milliseconds for which a renewal is good, counted from when it was asked for. */
const GOOD_FOR = 3_000;
/**
 * Milliseconds for which others must have seen the same renewal before they take over. Longer than it is good: whoever
 * hears nothing of a renewal has stopped before others begin, by whichever clock, and with time for what is on its way.
 */
export const GONE_AFTER = 5_000;
/** Milliseconds for an answer of the server; what comes later would be of no use. */
const ANSWER_LIMIT = GOOD_FOR - RENEWAL;
/** Milliseconds between attempts to get a lost connection back. */
const RECONNECT = 250;
/** Milliseconds that work under way gets to finish by itself when the process stops, and then to notice that it must. */
const FINISH = 2_000;
const CUT_OFF = 2_000;
/** The server drops a client that the network has lost after about 10 s. */
const KEEPALIVE = '-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3';

/**
 * This process's right to touch targets: a session-level advisory lock on a connection of its own, and a renewal
 * every second for others to see. It is held for a few seconds after each renewal, as long as that connection lives.
 * While it is not held, nothing here touches a target; when another process has taken over, never again.
 */
export interface Lease {
  readonly executorId: string;
  /**
   * Runs `work` while the lease is held, waiting for it if need be. If it is lost in between, `signal`
   * is aborted and the work is run again once it is back, so the work must be idempotent. The signal is to be asked
   * before every touch: it knows how much time went by while this process was stopped. After {@link Lease.stop} it
   * never settles: what was begun is for the next process.
   */
  whileHeld<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** True while it is held, as far as is known without asking. */
  isHeld(): boolean;
  /** Since when it has been held without a break, on the lease's own clock; null while it is not. */
  heldSince(): number | null;
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
  /** Milliseconds that only ever go up. */
  readonly now?: () => number;
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
  readonly #now: () => number;
  #session: pg.Client | null = null;
  #lost = this.#newAbort();
  /** Good from then on without a break, and until then. */
  #good = { since: 0, until: 0 };
  #regained: Promise<void> = Promise.resolve();
  #stopped = false;
  #lastAnswer: Promise<unknown> = Promise.resolve();
  readonly #underWay = new Set<Promise<void>>();

  constructor(executor: Executor, options: LeaseOptions) {
    this.executorId = executor.id;
    this.#executor = executor;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  async connect(): Promise<void> {
    const session = new pg.Client({
      connectionString: this.#options.url,
      options: KEEPALIVE,
      keepAlive: true,
      keepAliveInitialDelayMillis: 4_000,
      connectionTimeoutMillis: ANSWER_LIMIT,
      query_timeout: ANSWER_LIMIT,
    });
    session.on('error', () => this.#onLost(session));
    session.on('end', () => this.#onLost(session));
    await session.connect();
    try {
      await this.#claim(session);
    } catch (error) {
      hangUp(session);
      throw error;
    }
    this.#session = session;
    void this.#keepRenewing(session);
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
    return this.heldSince() !== null;
  }

  heldSince(): number | null {
    return this.#session === null || this.#stopped || this.#hasLapsed() ? null : this.#good.since;
  }

  async release(): Promise<void> {
    this.#stopped = true;
    await this.#quiet(FINISH);
    this.#lost.abort(new Error('this process is stopping'));
    await this.#quiet(CUT_OFF);
    const session = this.#session;
    this.#session = null;
    if (session !== null) await this.#giveBack(session);
  }

  /** Others need not wait to see that this process is gone, unless something may still be under way. */
  async #giveBack(session: pg.Client): Promise<void> {
    try {
      if (this.#underWay.size === 0) await this.#ask(() => deregisterExecutor(session, this.executorId));
      await session.end();
    } catch {
      hangUp(session);
    }
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

  /** Asks the server itself: that a lock is gone may not have been heard of yet. */
  async #held(): Promise<AbortSignal> {
    for (;;) {
      if (this.#stopped) await forever();
      const session = this.#session;
      const { signal } = this.#lost;
      if (session !== null && (await this.#answers(session)) && this.isHeld() && !signal.aborted)
        return signal;
      await this.#regained;
      if (this.#session === session) await delay(RECONNECT);
    }
  }

  async #answers(session: pg.Client): Promise<boolean> {
    try {
      await this.#ask(() => session.query('select 1'));
      return true;
    } catch {
      this.#drop(session);
      return false;
    }
  }

  /** One question at a time: a connection takes no second query before the first is answered. */
  #ask<T>(question: () => Promise<T>): Promise<T> {
    const answer = this.#lastAnswer.then(question);
    this.#lastAnswer = answer.catch(() => undefined);
    return answer;
  }

  async #claim(session: pg.Client): Promise<void> {
    if (!(await tryHoldExecutor(session, this.#executor)))
      throw new Error('the lease is held by another process');
    if (!(await this.#renew(session))) throw new TakenOver();
  }

  async #keepRenewing(session: pg.Client): Promise<void> {
    for (;;) {
      await delay(RENEWAL, undefined, { ref: false });
      if (this.#session !== session) return;
      try {
        if (await this.#ask(() => this.#renew(session))) continue;
        this.#giveUp();
      } catch {
        this.#drop(session);
      }
      return;
    }
  }

  /** False when another process has taken over. */
  async #renew(session: pg.Client): Promise<boolean> {
    const asked = this.#now();
    if (!(await renewExecutor(session, this.executorId))) return false;
    const since = this.#hasLapsed() ? asked : this.#good.since;
    this.#good = { since, until: asked + GOOD_FOR };
    if (this.#lost.signal.aborted) this.#lost = this.#newAbort();
    return true;
  }

  #hasLapsed(): boolean {
    return this.#now() >= this.#good.until;
  }

  #newAbort(): AbortController {
    return lapsingAbort(() => this.#hasLapsed());
  }

  /** Lets go of a connection that does not answer. */
  #drop(session: pg.Client): void {
    this.#onLost(session);
    hangUp(session);
  }

  #onLost(session: pg.Client): void {
    if (this.#session !== session) return;
    this.#session = null;
    this.#good = { since: 0, until: 0 };
    this.#lost.abort(new Error('the lease was lost'));
    this.#regained = this.#regain();
  }

  #giveUp(): void {
    this.#stopped = true;
    this.#lost.abort(new Error('another process has taken over'));
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

/** Ends a connection without waiting for the other side, which may be gone. */
function hangUp(session: pg.Client): void {
  void session.end().catch(() => undefined);
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}
