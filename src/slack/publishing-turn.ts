import pg from 'pg';
import type { Logger } from 'pino';
import { LOCKS } from '../store/advisory-locks.ts';
import { PUBLICATIONS_CHANNEL } from '../store/publications.ts';
import type { Clock } from './clock.ts';

const BEAT = 2_000;
/** A holder that was not heard of for so long is stopped by the others; it stops by itself before that. */
const STALE_AFTER = 12_000;
const SELF_STALE_AFTER = 8_000;
const RECONNECT = 500;
const QUERY_LIMIT = 5_000;
/** The server drops a client that the network has lost after about 10 s. */
const KEEPALIVE = '-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3';

/** Ends the session of a publisher that holds the lock and is not heard of: a stopped process, say. */
const STALE_HOLDER = `
  select pg_terminate_backend(a.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid = ${LOCKS.publisher}
    and l.objsubid = 1 and l.database = (select oid from pg_database where datname = current_database())
    and a.state_change < now() - interval '${STALE_AFTER} milliseconds'`;

/** What a turn tells its publisher. */
export interface TurnEvents {
  /** From now on this process publishes. */
  gained(): void;
  /** From now on it does not. */
  lost(): void;
  /** Something was put. */
  told(): void;
}

/** Whose turn it is to publish: of all processes on a database, one. */
export interface PublishingTurn {
  start(events: TurnEvents): void;
  /** True while this process may call Slack. */
  holds(): boolean;
  stop(): Promise<void>;
}

/**
 * The turn as a session-level advisory lock on a connection of its own, which also listens for what is
 * put. A connection pooler between must keep sessions apart.
 */
export function createPublishingTurn(options: {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}): PublishingTurn {
  return new AdvisoryTurn(options);
}

class AdvisoryTurn implements PublishingTurn {
  readonly #url: string;
  readonly #clock: Clock;
  readonly #log: Pick<Logger, 'info' | 'warn'>;
  #events: TurnEvents = { gained: () => undefined, lost: () => undefined, told: () => undefined };
  #session: pg.Client | null = null;
  #cancelBeat: () => void = () => undefined;
  #beating: Promise<void> = Promise.resolve();
  #holding = false;
  #heardAt = 0;
  #stopped = false;

  constructor(options: {
    readonly url: string;
    readonly clock: Clock;
    readonly log: Pick<Logger, 'info' | 'warn'>;
  }) {
    this.#url = options.url;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  start(events: TurnEvents): void {
    this.#events = events;
    this.#beat();
  }

  holds(): boolean {
    return this.#holding && this.#clock.now() - this.#heardAt < SELF_STALE_AFTER;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelBeat();
    await this.#beating;
    const session = this.#session;
    this.#lose(session);
    await session?.end().catch(() => undefined);
  }

  /** Connects, asks for the turn, or says that it is still here: again and again. */
  #beat(): void {
    if (this.#stopped) return;
    this.#beating = this.#beatOnce().then(
      () => this.#later(BEAT),
      (err: unknown) => {
        this.#log.warn({ err }, 'the publisher has lost its database connection and connects again');
        const session = this.#session;
        this.#lose(session);
        void session?.end().catch(() => undefined);
        this.#later(RECONNECT);
      },
    );
  }

  #later(milliseconds: number): void {
    if (!this.#stopped) this.#cancelBeat = this.#clock.after(milliseconds, () => this.#beat());
  }

  async #beatOnce(): Promise<void> {
    const session = this.#session ?? (await this.#connect());
    if (this.#holding) await session.query('select 1');
    else await this.#ask(session);
    this.#heardAt = this.#clock.now();
  }

  async #ask(session: pg.Client): Promise<void> {
    if (!(await tryLock(session))) {
      await session.query(STALE_HOLDER);
      if (!(await tryLock(session))) return;
    }
    if (this.#session !== session) return;
    this.#heardAt = this.#clock.now();
    this.#holding = true;
    this.#log.info('this process publishes to Slack');
    this.#events.gained();
  }

  async #connect(): Promise<pg.Client> {
    const session = new pg.Client({
      connectionString: this.#url,
      options: KEEPALIVE,
      keepAlive: true,
      connectionTimeoutMillis: QUERY_LIMIT,
      query_timeout: QUERY_LIMIT,
      application_name: 'slipway-publisher',
    });
    session.on('error', () => this.#lose(session));
    session.on('end', () => this.#lose(session));
    session.on('notification', () => this.#events.told());
    try {
      await session.connect();
      await session.query(`listen ${PUBLICATIONS_CHANNEL}`);
    } catch (error) {
      void session.end().catch(() => undefined);
      throw error;
    }
    this.#session = session;
    return session;
  }

  #lose(session: pg.Client | null): void {
    if (session === null || session !== this.#session) return;
    this.#session = null;
    if (!this.#holding) return;
    this.#holding = false;
    this.#events.lost();
  }
}

async function tryLock(session: pg.Client): Promise<boolean> {
  const { rows } = await session.query<{ held: boolean }>(
    `select pg_try_advisory_lock(${LOCKS.publisher}) as held`,
  );
  return rows[0]?.held === true;
}
