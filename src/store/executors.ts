import { LOCK_CLASSES } from './advisory-locks.ts';
import type { Database, Queryable } from './database.ts';

/** A process that runs operations. */
export interface Executor {
  readonly id: string;
  readonly lockKey: number;
  readonly pid: number;
  readonly host: string;
}

/** Another process, as it was seen. */
export interface SeenExecutor extends Executor {
  /** When it last said that it lives, by the server's clock; to be compared, and for nothing else. */
  readonly renewal: string;
}

export async function registerExecutor(
  db: Queryable,
  executor: Omit<Executor, 'lockKey'>,
): Promise<Executor> {
  const { rows } = await db.query<{ lock_key: string }>(
    'insert into slipway.executors (id, pid, host) values ($1, $2, $3) returning lock_key',
    [executor.id, executor.pid, executor.host],
  );
  return { ...executor, lockKey: Number(rows[0]?.lock_key) };
}

/** Says that it lives; false once another process has taken over what it was doing. */
export async function renewExecutor(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'update slipway.executors set renewed_at = clock_timestamp() where id = $1',
    [id],
  );
  return rowCount === 1;
}

/** It ends by itself: what it leaves behind belongs to nobody. */
export async function deregisterExecutor(db: Queryable, id: string): Promise<void> {
  await db.query('delete from slipway.executors where id = $1', [id]);
}

/** From now on what it was doing belongs to nobody; false if it has said since then that it lives, or is forgotten. */
export async function forgetExecutor(
  db: Queryable,
  { id, renewal }: SeenExecutor,
  by: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `with gone as (delete from slipway.executors where id = $1 and renewed_at = $2 returning id, pid, host, renewed_at)
     insert into slipway.takeovers (executor_id, pid, host, renewed_at, taken_over_by)
     select id, pid, host, renewed_at, $3 from gone`,
    [id, renewal, by],
  );
  return rowCount === 1;
}

export async function otherExecutors(db: Queryable, id: string): Promise<readonly SeenExecutor[]> {
  const { rows } = await db.query<{
    id: string;
    lock_key: string;
    pid: number;
    host: string;
    renewal: string;
  }>(
    `select id, lock_key, pid, host, renewed_at::text as renewal
     from slipway.executors where id <> $1 order by started_at`,
    [id],
  );
  return rows.map(({ lock_key, ...row }) => ({ ...row, lockKey: Number(lock_key) }));
}

/** Takes the lock that says “this executor is alive” on a connection of its own; false if it is held. */
export async function tryHoldExecutor(session: Queryable, executor: Executor): Promise<boolean> {
  const { rows } = await session.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', [
    LOCK_CLASSES.executor,
    executor.lockKey,
  ]);
  return rows[0]?.held === true;
}

export async function letGoExecutor(session: Queryable, executor: Executor): Promise<void> {
  await session.query('select pg_advisory_unlock($1, $2)', [LOCK_CLASSES.executor, executor.lockKey]);
}

/** Ends the session that holds an executor's lock and has asked nothing for so many milliseconds. */
export async function endSilentSession(
  db: Queryable,
  { lockKey }: Executor,
  milliseconds: number,
): Promise<void> {
  await db.query(
    `select pg_terminate_backend(a.pid, 1000) from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and l.classid = $1 and l.objid = $2 and l.objsubid = 2
       and l.database = (select oid from pg_database where datname = current_database())
       and a.state_change < clock_timestamp() - make_interval(secs => $3)`,
    [LOCK_CLASSES.executor, lockKey, milliseconds / 1_000],
  );
}

/** Forgets after a month from whom work was taken over. */
export async function forgetTakeovers(database: Database): Promise<void> {
  await database.query("delete from slipway.takeovers where taken_over_at < now() - interval '30 days'");
}
