import type { Queryable } from './database.ts';

/**
 * Groups of which something is to be told, or that are due, oldest first: without those that are told by the digest
 * of their storm alone, and without those of some channels.
 */
export async function groupsToTell(
  db: Queryable,
  {
    now,
    limit,
    without,
  }: { readonly now: Date; readonly limit: number; readonly without: readonly string[] },
): Promise<readonly { readonly id: string; readonly version: number }[]> {
  const { rows } = await db.query<{ id: string; version: string }>(
    `select id, version from slipway.alert_groups g
     where (told_version < version or (resolved_at is null and remind_at <= $1)) and channel <> all ($3)
       and (storm_id is null or posted or exists (select from slipway.alerts
         where group_id = g.id and fired and severity = 'critical' and (state = 'firing' or g.resolved_at is not null)))
     order by opened_at, id limit $2`,
    [now, limit, without],
  );
  return rows.map(({ id, version }) => ({ id, version: Number(version) }));
}

/** Says that what the group was at a version is told, and when to look at it again. */
export async function markTold(
  tx: Queryable,
  told: {
    readonly id: string;
    readonly version: number;
    readonly posted: boolean;
    readonly remindAt: Date | null;
  },
): Promise<void> {
  await tx.query(
    `update slipway.alert_groups set told_version = greatest(told_version, $2), posted = $3,
       remind_at = coalesce($4, remind_at) where id = $1`,
    [told.id, told.version, told.posted, told.remindAt],
  );
}

/** Whether the group is due for a look at its silences and reminders. */
export async function isDue(tx: Queryable, id: string, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from slipway.alert_groups where id = $1 and resolved_at is null and remind_at <= $2',
    [id, now],
  );
  return rowCount === 1;
}

/** An operation on a target of a group that is not over for long, in a state that its group has no event of. */
export interface UntoldOperation {
  readonly groupId: string;
  readonly operationId: string;
  readonly state: string;
}

/**
 * What was done to the targets of groups since they opened, and is not in their record yet. The groups of a storm have
 * records once they have messages.
 */
export async function untoldOperations(db: Queryable, now: Date): Promise<readonly UntoldOperation[]> {
  const { rows } = await db.query<UntoldOperation>(
    `select distinct g.id as "groupId", o.id as "operationId", o.state
     from slipway.operations o
       join slipway.alerts a on a.service = o.service and a.fired
         and (a.environment is null or a.environment = o.environment)
       join slipway.alert_groups g on g.id = a.group_id
     where (g.posted or g.storm_id is null)
       and (o.ended_at is null or o.ended_at > $1::timestamptz - interval '15 minutes')
       and coalesce(o.ended_at, $1) > g.opened_at
       and (g.resolved_at is null or g.resolved_at > $1::timestamptz - interval '15 minutes')
       and o.created_at < coalesce(g.resolved_at, $1::timestamptz)
       and not exists (select from slipway.alert_events e
         where e.group_id = g.id and e.key = 'operation/' || o.id || '/' || o.state)
     limit 200`,
    [now],
  );
  return rows;
}

/** Forgets groups that were over a month ago, and what is known of their alerts. */
export async function forgetGroups(db: Queryable): Promise<void> {
  await db.query("delete from slipway.alert_groups where resolved_at < now() - interval '30 days'");
}
