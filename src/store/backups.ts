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
