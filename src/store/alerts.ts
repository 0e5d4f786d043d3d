import type {
  Alert,
  AlertGroup,
  AlertGroupView,
  AlertReport,
  AlertSilence,
  FiringAlert,
  Severity,
} from '../domain/alert.ts';
import type { TargetRef } from '../domain/target.ts';
import type { KnownAlert } from '../policy/alert-merge.ts';
import { LOCK_CLASSES } from './advisory-locks.ts';
import type { Queryable } from './database.ts';

interface GroupRow {
  readonly id: string;
  readonly source: string;
  readonly group_key: string;
  readonly group_labels: AlertGroup['groupLabels'];
  readonly channel: string;
  readonly number: number;
  readonly opened_at: Date;
  readonly resolved_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly acknowledged_at: Date | null;
  readonly truncated: number;
  readonly storm_id: string | null;
  readonly posted: boolean;
}

interface AlertRow {
  readonly group_id: string;
  readonly fingerprint: string;
  readonly state: Alert['state'];
  readonly severity: Severity;
  readonly service: string | null;
  readonly environment: string | null;
  readonly fired: boolean;
  readonly first_heard_at: Date;
  readonly heard_at: Date;
  readonly report: AlertReport;
}

/** Lets one call at a time change a series, until the transaction ends. */
export async function holdSeries(tx: Queryable, series: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK_CLASSES.alerts, series]);
}

/** Holds the series of a group, as {@link holdSeries} does; null if there is no such group. */
export async function holdSeriesOf(tx: Queryable, groupId: string): Promise<string | null> {
  const { rows } = await tx.query<{ series: string }>(
    'select series from slipway.alert_groups where id = $1',
    [groupId],
  );
  const series = rows[0]?.series ?? null;
  if (series !== null) await holdSeries(tx, series);
  return series;
}

/** The newest group of a series, and its number. */
export async function newestGroup(
  tx: Queryable,
  series: string,
): Promise<{ readonly group: AlertGroup; readonly number: number } | null> {
  const { rows } = await tx.query<GroupRow>(
    'select * from slipway.alert_groups where series = $1 order by number desc limit 1',
    [series],
  );
  return rows[0] === undefined ? null : { group: toGroup(rows[0]), number: rows[0].number };
}

/** What is known of the alerts of a series: of each, its latest firing. */
export async function knownAlerts(
  tx: Queryable,
  series: string,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, KnownAlert & { readonly groupId: string }>> {
  const { rows } = await tx.query<AlertRow>(
    `select distinct on (fingerprint) * from slipway.alerts
     where series = $1 and fingerprint = any ($2) order by fingerprint, starts_at desc, heard_at desc`,
    [series, fingerprints],
  );
  return new Map(rows.map((row) => [row.fingerprint, { ...toKnown(row), groupId: row.group_id }]));
}

export async function insertGroup(
  tx: Queryable,
  group: Pick<
    AlertGroup,
    'id' | 'source' | 'groupKey' | 'groupLabels' | 'channel' | 'openedAt' | 'resolvedAt'
  > & {
    readonly series: string;
    readonly number: number;
    readonly remindAt: Date;
  },
): Promise<void> {
  await tx.query(
    `insert into slipway.alert_groups (id, series, number, source, group_key, group_labels, channel, opened_at,
       resolved_at, remind_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      group.id,
      group.series,
      group.number,
      group.source,
      group.groupKey,
      JSON.stringify(group.groupLabels),
      group.channel,
      group.openedAt,
      group.resolvedAt,
      group.remindAt,
    ],
  );
}

/** Stores alerts of a group as they are now. */
export async function putAlerts(
  tx: Queryable,
  place: { readonly groupId: string; readonly series: string },
  alerts: readonly KnownAlert[],
): Promise<void> {
  if (alerts.length === 0) return;
  const rows = alerts.map(({ firstHeardAt, heardAt, fired, severity, service, environment, ...report }) => ({
    fingerprint: report.fingerprint,
    name: report.name,
    state: report.state,
    severity,
    service,
    environment,
    starts_at: report.startsAt,
    ends_at: report.endsAt,
    fired,
    first_heard_at: firstHeardAt,
    heard_at: heardAt,
    report,
  }));
  await tx.query(
    `insert into slipway.alerts as a (group_id, series, fingerprint, name, state, severity, service, environment,
       starts_at, ends_at, fired, first_heard_at, heard_at, report)
     select $1, $2, fingerprint, name, state, severity, service, environment, starts_at, ends_at, fired,
       first_heard_at, heard_at, report
     from jsonb_to_recordset($3::jsonb) as r (fingerprint text, name text, state text, severity text, service text,
       environment text, starts_at timestamptz, ends_at timestamptz, fired boolean, first_heard_at timestamptz,
       heard_at timestamptz, report jsonb)
     on conflict (group_id, fingerprint) do update set name = excluded.name, state = excluded.state,
       severity = excluded.severity, service = excluded.service, environment = excluded.environment,
       starts_at = excluded.starts_at, ends_at = excluded.ends_at, fired = excluded.fired,
       first_heard_at = excluded.first_heard_at, heard_at = excluded.heard_at, report = excluded.report`,
    [place.groupId, place.series, JSON.stringify(rows)],
  );
}

/** Changes a group after its alerts did: over when none of them fires. True if it is. */
export async function settleGroup(
  tx: Queryable,
  change: { readonly groupId: string; readonly at: Date; readonly truncated: number },
): Promise<'open' | 'over'> {
  const { rows } = await tx.query<{ over: boolean }>(
    `update slipway.alert_groups g set version = version + 1, truncated = $3,
       resolved_at = case when exists (select from slipway.alerts where group_id = g.id and state = 'firing')
         then null else coalesce(resolved_at, $2) end
     where id = $1 returning resolved_at is not null as over`,
    [change.groupId, change.at, change.truncated],
  );
  return rows[0]?.over === true ? 'over' : 'open';
}

/** Begins a group anew: what was said of the firing before does not count. */
export async function reopenGroup(tx: Queryable, groupId: string, remindAt: Date): Promise<void> {
  await tx.query(
    `update slipway.alert_groups set acknowledged_by = null, acknowledged_at = null, remind_at = $2 where id = $1`,
    [groupId, remindAt],
  );
}

/** Says that what the group's message shows may have changed. */
export async function touchGroup(tx: Queryable, groupId: string): Promise<void> {
  await tx.query('update slipway.alert_groups set version = version + 1 where id = $1', [groupId]);
}

/** Holds the group's row until the transaction ends. */
export async function lockGroup(tx: Queryable, id: string): Promise<AlertGroup | null> {
  const { rows } = await tx.query<GroupRow>('select * from slipway.alert_groups where id = $1 for update', [
    id,
  ]);
  return rows[0] === undefined ? null : toGroup(rows[0]);
}

/** Groups with what their messages are rendered from, in the order of the ids. */
export async function readGroupViews(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly AlertGroupView[]> {
  const groups = await db.query<GroupRow>('select * from slipway.alert_groups where id = any ($1)', [ids]);
  const alerts = await db.query<AlertRow>(
    `select * from slipway.alerts where group_id = any ($1) and fired
     order by state, array_position(array['critical', 'warning', 'info'], severity), starts_at, fingerprint`,
    [ids],
  );
  const silences = await db.query<AlertSilence & { readonly group_id: string }>(
    `select group_id, id, made_by as by, reason, starts_at as "from", ends_at as until, ended_by as "endedBy"
     from slipway.alert_silences where group_id = any ($1) order by starts_at`,
    [ids],
  );
  const alertsOf = Map.groupBy(alerts.rows, (row) => row.group_id);
  const silencesOf = Map.groupBy(silences.rows, (row) => row.group_id);
  const views = new Map(
    groups.rows.map((row) => [
      row.id,
      {
        group: toGroup(row),
        alerts: (alertsOf.get(row.id) ?? []).map(toKnown),
        silences: silencesOf.get(row.id) ?? [],
      },
    ]),
  );
  return ids.flatMap((id) => views.get(id) ?? []);
}

/** Ids of groups in which something fires, of the worst and oldest first. */
export async function openGroups(db: Queryable, limit: number): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select g.id from slipway.alert_groups g
       join lateral (select min(array_position(array['critical', 'warning', 'info'], severity)) as rank
         from slipway.alerts where group_id = g.id and state = 'firing') worst on true
     where g.resolved_at is null order by worst.rank, g.opened_at, g.id limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** What fires for services of the config, worst and oldest first; of one target if one is given. */
export async function firingAlerts(db: Queryable, target?: TargetRef): Promise<readonly FiringAlert[]> {
  const { rows } = await db.query<FiringAlert>(
    `select a.name, a.severity, a.service, a.environment, a.starts_at as since,
       g.acknowledged_by as "acknowledgedBy"
     from slipway.alerts a join slipway.alert_groups g on g.id = a.group_id
     where a.state = 'firing' and a.service is not null
       and ($1::text is null or (a.service = $1 and (a.environment is null or a.environment = $2)))
     order by array_position(array['critical', 'warning', 'info'], a.severity), a.starts_at, a.fingerprint limit 500`,
    [target?.service ?? null, target?.environment ?? null],
  );
  return rows;
}

/** The name of a critical alert that fires for a target, of those that began after a time. */
export async function criticalAlert(
  db: Queryable,
  target: TargetRef,
  after: Date | null,
): Promise<string | null> {
  const { rows } = await db.query<{ name: string }>(
    `select name from slipway.alerts
     where state = 'firing' and severity = 'critical' and service = $1
       and (environment is null or environment = $2) and ($3::timestamptz is null or first_heard_at > $3)
     order by starts_at, fingerprint limit 1`,
    [target.service, target.environment, after],
  );
  return rows[0]?.name ?? null;
}

function toGroup(row: GroupRow): AlertGroup {
  return {
    id: row.id,
    source: row.source,
    groupKey: row.group_key,
    groupLabels: row.group_labels,
    channel: row.channel,
    openedAt: row.opened_at,
    resolvedAt: row.resolved_at,
    acknowledgedBy: row.acknowledged_by,
    acknowledgedAt: row.acknowledged_at,
    truncated: row.truncated,
    stormId: row.storm_id,
    posted: row.posted,
  };
}

function toKnown(row: AlertRow): KnownAlert {
  const { severity, service, environment, fired } = row;
  return {
    ...row.report,
    severity,
    service,
    environment,
    fired,
    firstHeardAt: row.first_heard_at,
    heardAt: row.heard_at,
  };
}
