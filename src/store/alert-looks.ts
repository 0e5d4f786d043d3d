import type { AlertGroup, AlertReport, Severity } from '../domain/alert.ts';
import type { Queryable } from './database.ts';

/** An alert that fires, with the series and the group that it is in. */
export interface HeardAlert {
  readonly series: string;
  readonly group: Pick<AlertGroup, 'groupKey' | 'groupLabels' | 'channel' | 'truncated'>;
  readonly report: AlertReport;
  readonly severity: Severity;
  readonly service: string | null;
  readonly environment: string | null;
  readonly firstHeardAt: Date;
}

/** Whether a source was heard of anything that fires. */
export async function hasFiring(db: Queryable, source: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from slipway.alert_groups where source = $1 and resolved_at is null limit 1`,
    [source],
  );
  return rowCount === 1;
}

/** What fires by what a source said before a time, without what it says still fires. */
export async function firingBeyond(
  db: Queryable,
  what: { readonly source: string; readonly heardBefore: Date; readonly known: readonly string[] },
): Promise<readonly HeardAlert[]> {
  const { rows } = await db.query<HeardAlert>(
    `select a.series, a.report, a.severity, a.service, a.environment, a.first_heard_at as "firstHeardAt",
       jsonb_build_object('groupKey', g.group_key, 'groupLabels', g.group_labels, 'channel', g.channel,
         'truncated', g.truncated) as "group"
     from slipway.alerts a join slipway.alert_groups g on g.id = a.group_id
     where a.state = 'firing' and g.resolved_at is null and g.source = $1 and a.heard_at < $2
       and not a.fingerprint = any ($3)
     order by a.series, a.fingerprint`,
    [what.source, what.heardBefore, what.known],
  );
  return rows;
}
