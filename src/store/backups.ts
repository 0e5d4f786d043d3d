import type { Verification } from '../domain/backup.ts';
import type { TargetRef } from '../domain/target.ts';
import type { Queryable } from './database.ts';

/**
 * The last word of verifications on each backup of a target, by the backup's id. One that could not be carried
 * out says nothing of the backup: only what compared counts.
 */
export async function readVerifications(
  db: Queryable,
  target: TargetRef,
): Promise<ReadonlyMap<string, Verification>> {
  const { rows } = await db.query<{ id: string; at: Date; passed: boolean; how: string | null }>(
    `select distinct on (id) id, at, passed, how from (
       select plan -> 'backup' -> 'existing' ->> 'id' as id, ended_at as at, state = 'succeeded' as passed,
         outcome ->> 'detail' as how
       from slipway.operations
       where kind = 'verification' and service = $1 and environment = $2
         and (state = 'succeeded' or outcome ->> 'problem' = 'unhealthy')
     ) verification order by id, at desc`,
    [target.service, target.environment],
  );
  return new Map(rows.map(({ id, at, passed, how }) => [id, { at, passed, how: how ?? '' }]));
}

/** How many backups of a target were made, and how many were not, since that moment. */
export async function countBackups(
  db: Queryable,
  target: TargetRef,
  since: Date,
): Promise<{ readonly made: number; readonly failed: number }> {
  const { rows } = await db.query<{ made: string; failed: string }>(
    `select count(*) filter (where state = 'succeeded') as made, count(*) filter (where state <> 'succeeded') as failed
     from slipway.operations
     where kind = 'backup' and service = $1 and environment = $2 and ended_at >= $3`,
    [target.service, target.environment, since],
  );
  return { made: Number(rows[0]?.made ?? 0), failed: Number(rows[0]?.failed ?? 0) };
}
