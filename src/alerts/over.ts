import { alertSource } from '../../integrations/alerts/kinds.ts';
import type { AlertsConfig } from '../config/alerts.ts';
import type { AlertGroup } from '../domain/alert.ts';
import { readGroupViews } from '../store/alerts.ts';
import type { Queryable } from '../store/database.ts';
import type { AlertContext } from './context.ts';
import { storePart } from './intake.ts';

/** Whether a group is over once somebody has acknowledged it, for its sender may never say so. */
export function isOverWhenAcknowledged({ source }: AlertGroup, { sources }: AlertsConfig): boolean {
  const config = sources[source];
  return config !== undefined && alertSource(config).overWhenAcknowledged;
}

/** Resolves what fires in a group, in a transaction that holds its series. */
export async function resolveGroup(
  context: AlertContext,
  tx: Queryable,
  { group, series }: { readonly group: AlertGroup; readonly series: string },
): Promise<void> {
  const [view] = await readGroupViews(tx, [group.id]);
  const endsAt = context.clock().toISOString();
  const reports = (view?.alerts ?? [])
    .filter(({ state }) => state === 'firing')
    .map((alert) => ({ ...alert, state: 'resolved' as const, endsAt }));
  const { source, channel, groupKey, groupLabels, truncated } = group;
  const notification = { groupKey, groupLabels, reports, truncated, mayResume: false };
  const part = { series, source, channel, notification, reports };
  await storePart(context, tx, { part, alerts: context.settings });
}
