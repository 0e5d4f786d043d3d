import type { DigestRow, Storm } from '../domain/storm.ts';
import type { Queryable } from './database.ts';

/** One group as the digest of its storm needs it, and what of it is told. */
export interface DigestedGroup extends DigestRow {
  readonly id: string;
  readonly version: number;
  readonly digestedVersion: number;
  readonly posted: boolean;
}

/** The storms, over or not, whose digest does not say all yet. */
export async function stormsToTell(
  db: Queryable,
): Promise<readonly { readonly id: string; readonly channel: string }[]> {
  const { rows } = await db.query<{ id: string; channel: string }>(
    `select id, channel from slipway.alert_storms s where digested_at < ended_at
       or exists (select from slipway.alert_groups where storm_id = s.id and digested_version < version)`,
  );
  return rows;
}

/** Every group of a storm in which something fired, oldest first: a row each, however much its alerts say. */
export async function digestedGroups(
  db: Queryable,
  stormId: string,
  now: Date,
): Promise<readonly DigestedGroup[]> {
  const { rows } = await db.query<Omit<DigestedGroup, 'version' | 'digestedVersion'> & Versions>(
    `select g.id, g.version, g.digested_version, g.posted, a.name, a.severity, a.service, a.environment, a.alerts,
       case when g.resolved_at is not null then 'resolved'
         when exists (select from slipway.alert_silences where group_id = g.id and ends_at > $2) then 'silenced'
         when g.acknowledged_by is not null then 'acknowledged' else 'firing' end as state,
       left(coalesce((select string_agg(value, ' ' order by key) from jsonb_each_text(g.group_labels)
           where key <> 'alertname'), a.label, ''), 200) as apart
     from slipway.alert_groups g, lateral (
       select left(name, 200) as name, severity, service, environment, count(*) over ()::int as alerts,
         coalesce(l ->> 'instance', l ->> 'pod', l ->> 'node', l ->> 'host', l ->> 'device', l ->> 'job',
           l ->> 'namespace') as label
       from slipway.alerts, jsonb_extract_path(report, 'labels') l where group_id = g.id and fired
       order by state, array_position(array['critical', 'warning', 'info'], severity), starts_at, fingerprint limit 1
     ) a
     where g.storm_id = $1 order by g.opened_at, g.id`,
    [stormId, now],
  );
  return rows.map(({ version, digested_version, ...row }) => ({
    ...row,
    version: Number(version),
    digestedVersion: Number(digested_version),
  }));
}

interface Versions {
  readonly version: string;
  readonly digested_version: string;
}

/**
 * Says that the digest holds its groups as they were read; those of which it is the only message are told by it.
 * A group that has changed since is told again.
 */
export async function markDigested(
  tx: Queryable,
  digest: {
    readonly storm: Storm;
    readonly groups: readonly DigestedGroup[];
    readonly pages: number;
    readonly at: Date;
  },
): Promise<void> {
  const { storm, pages, at } = digest;
  await tx.query(
    'update slipway.alert_storms set pages = greatest(pages, $2), digested_at = $3 where id = $1',
    [storm.id, pages, at],
  );
  const fresh = digest.groups.filter(({ version, digestedVersion }) => digestedVersion < version);
  if (fresh.length === 0) return;
  await tx.query(
    `update slipway.alert_groups g set digested_version = r.version,
       told_version = case when r.alone and not g.posted then greatest(g.told_version, r.version)
         else g.told_version end
     from unnest($1::text[], $2::bigint[], $3::boolean[]) r (id, version, alone)
     where g.id = r.id`,
    [
      fresh.map(({ id }) => id),
      fresh.map(({ version }) => version),
      fresh.map(({ severity }) => severity !== 'critical'),
    ],
  );
}

/**
 * The next group of each channel that gets its own message after its storm: the worst and oldest of what still
 * fires, where no storm is and the last one is so long ago.
 */
export async function groupsToRelease(
  db: Queryable,
  lastBefore: Date,
): Promise<readonly { readonly id: string; readonly version: number; readonly stormId: string }[]> {
  const { rows } = await db.query<{ id: string; version: string; stormId: string }>(
    `select distinct on (g.channel) g.id, g.version, g.storm_id as "stormId"
     from slipway.alert_groups g join slipway.alert_storms s on s.id = g.storm_id,
       lateral (select min(array_position(array['critical', 'warning', 'info'], severity)) as rank
         from slipway.alerts where group_id = g.id and state = 'firing') worst
     where not g.posted and g.resolved_at is null and s.ended_at is not null and not exists (
       select from slipway.alert_storms other where other.channel = g.channel
         and (other.ended_at is null or other.released_at > $1))
     order by g.channel, worst.rank, g.opened_at, g.id`,
    [lastBefore],
  );
  return rows.map((row) => ({ ...row, version: Number(row.version) }));
}

/** Takes the turn to release a group of a storm; false if another has taken it. */
export async function takeRelease(
  tx: Queryable,
  turn: { readonly stormId: string; readonly at: Date; readonly lastBefore: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update slipway.alert_storms set released_at = $2
     where id = $1 and (released_at is null or released_at <= $3)`,
    [turn.stormId, turn.at, turn.lastBefore],
  );
  return rowCount === 1;
}
