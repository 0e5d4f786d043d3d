import type { Queryable } from './database.ts';

/** Until when a schedule has been taken care of; one that is new begins now. */
export async function handledUntil(db: Queryable, key: string, now: Date): Promise<Date> {
  const { rows } = await db.query<{ handled_until: Date }>(
    `with begun as (
       insert into slipway.schedules (key, handled_until) values ($1, $2) on conflict (key) do nothing
       returning handled_until
     )
     select handled_until from begun union all select handled_until from slipway.schedules where key = $1 limit 1`,
    [key, now],
  );
  return rows[0]?.handled_until ?? now;
}

/** Takes care of a time; false if somebody else has done so. */
export async function claimTime(
  tx: Queryable,
  claim: { readonly key: string; readonly since: Date; readonly until: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update slipway.schedules set handled_until = $3 where key = $1 and handled_until = $2',
    [claim.key, claim.since, claim.until],
  );
  return rowCount === 1;
}
