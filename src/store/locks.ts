import { type Lock, type LockScope, lockKey } from '../domain/lock.ts';
import type { Queryable } from './database.ts';

/** Closes a scope; null if it is closed already by somebody else whose time is not over. */
export async function insertLock(db: Queryable, lock: Lock): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into slipway.locks as l (key, scope, holder, reason, since, until) values ($1, $2, $3, $4, $5, $6)
     on conflict (key) do update set holder = $3, reason = $4, since = $5, until = $6
       where l.holder = $3 or l.until <= $5`,
    [
      lockKey(lock.scope),
      JSON.stringify(lock.scope),
      JSON.stringify(lock.holder),
      lock.reason,
      lock.since,
      lock.until,
    ],
  );
  return rowCount === 1;
}

/** Opens a scope; false if it was not closed. */
export async function deleteLock(db: Queryable, scope: LockScope): Promise<boolean> {
  const { rowCount } = await db.query('delete from slipway.locks where key = $1', [lockKey(scope)]);
  return rowCount === 1;
}

/** Every lock whose time is not over. */
export async function readLocks(db: Queryable, now: Date): Promise<readonly Lock[]> {
  const { rows } = await db.query<Lock>(
    'select scope, holder, reason, since, until from slipway.locks where until is null or until > $1 order by since',
    [now],
  );
  return rows;
}
