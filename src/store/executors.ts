import { LOCK_CLASSES } from './advisory-locks.ts';
import type { Queryable } from './database.ts';

/** A process that runs operations. */
export interface Executor {
  readonly id: string;
  readonly lockKey: number;
  readonly pid: number;
  readonly host: string;
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

/** False once another process has taken over what this one was doing. */
export async function isRegistered(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query('select 1 from slipway.executors where id = $1', [id]);
  return rowCount === 1;
}

export async function removeExecutor(db: Queryable, id: string): Promise<void> {
  await db.query('delete from slipway.executors where id = $1', [id]);
}

export async function otherExecutors(db: Queryable, id: string): Promise<readonly Executor[]> {
  const { rows } = await db.query<{ id: string; lock_key: string; pid: number; host: string }>(
    'select id, lock_key, pid, host from slipway.executors where id <> $1 order by started_at',
    [id],
  );
  return rows.map((row) => ({ id: row.id, lockKey: Number(row.lock_key), pid: row.pid, host: row.host }));
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
