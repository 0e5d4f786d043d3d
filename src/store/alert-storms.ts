import type { Storm } from '../domain/storm.ts';
import { LOCK_CLASSES } from './advisory-locks.ts';
import type { Queryable } from './database.ts';

/** Lets one at a time decide whether a channel has a storm, until the transaction ends. */
export async function holdChannel(tx: Queryable, channel: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK_CLASSES.storm, channel]);
}

/** Channels in which a storm is, or may begin. */
export async function unsettledChannels(
  db: Queryable,
  limit: { readonly since: Date; readonly more: number },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ channel: string }>(
    `select channel from slipway.alert_storms where ended_at is null
     union
     select channel from slipway.alert_groups where opened_at > $1 and resolved_at is distinct from opened_at
     group by channel having count(*) > $2`,
    [limit.since, limit.more],
  );
  return rows.map(({ channel }) => channel);
}

/** How many groups began to fire; one that was over when we first heard of it did not. */
export async function openedSince(tx: Queryable, channel: string, since: Date): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `select count(*)::int as count from slipway.alert_groups
     where channel = $1 and opened_at > $2 and resolved_at is distinct from opened_at`,
    [channel, since],
  );
  return rows[0]?.count ?? 0;
}

interface StormRow {
  readonly id: string;
  readonly channel: string;
  readonly began_at: Date;
  readonly ended_at: Date | null;
  readonly pages: number;
  readonly digested_at: Date | null;
}

export async function currentStorm(db: Queryable, channel: string): Promise<Storm | null> {
  const { rows } = await db.query<StormRow>(
    'select * from slipway.alert_storms where channel = $1 and ended_at is null',
    [channel],
  );
  return rows[0] === undefined ? null : toStorm(rows[0]);
}

/** Holds the storm's row until the transaction ends, so that its digest is made by one at a time. */
export async function lockStorm(tx: Queryable, id: string): Promise<Storm | null> {
  const { rows } = await tx.query<StormRow>('select * from slipway.alert_storms where id = $1 for update', [
    id,
  ]);
  return rows[0] === undefined ? null : toStorm(rows[0]);
}

export async function beginStorm(
  tx: Queryable,
  storm: { readonly id: string; readonly channel: string; readonly at: Date },
): Promise<void> {
  await tx.query('insert into slipway.alert_storms (id, channel, began_at) values ($1, $2, $3)', [
    storm.id,
    storm.channel,
    storm.at,
  ]);
}

/** Counts groups that opened in a storm to it; those that have a message of their own keep it. */
export async function joinStorm(
  tx: Queryable,
  storm: Pick<Storm, 'id' | 'channel'>,
  since: Date,
): Promise<readonly { readonly id: string; readonly posted: boolean }[]> {
  const { rows } = await tx.query<{ id: string; posted: boolean }>(
    `update slipway.alert_groups set storm_id = $1, version = version + 1
     where channel = $2 and opened_at > $3 and storm_id is null returning id, posted`,
    [storm.id, storm.channel, since],
  );
  return rows;
}

/** Says that those groups have no message of their own after all. */
export async function markWithdrawn(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query('update slipway.alert_groups set posted = false where id = any ($1)', [ids]);
}

/** Ends a storm: what still fires and has no message is to get one, bit by bit. */
export async function endStorm(tx: Queryable, id: string, at: Date): Promise<void> {
  await tx.query('update slipway.alert_storms set ended_at = $2 where id = $1', [id, at]);
}

function toStorm(row: StormRow): Storm {
  const { id, channel, pages } = row;
  return {
    id,
    channel,
    beganAt: row.began_at,
    endedAt: row.ended_at,
    pages,
    digestedAt: row.digested_at,
  };
}
