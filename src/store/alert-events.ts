import type { AlertEvent, AlertEventKind } from '../domain/alert.ts';
import type { Queryable } from './database.ts';

interface EventRow {
  readonly seq: string;
  readonly at: Date;
  readonly event: AlertEventKind;
}

/** Writes down what happened; false if that is written already. */
export async function appendEvent(
  tx: Queryable,
  groupId: string,
  entry: { readonly at: Date; readonly event: AlertEventKind; readonly key?: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into slipway.alert_events (group_id, at, event, key) values ($1, $2, $3, $4) on conflict do nothing`,
    [groupId, entry.at, JSON.stringify(entry.event), entry.key ?? null],
  );
  return rowCount === 1;
}

/** Whether something that came with this key is written down. */
export async function hasEvent(db: Queryable, groupId: string, key: string): Promise<boolean> {
  const { rowCount } = await db.query('select from slipway.alert_events where group_id = $1 and key = $2', [
    groupId,
    key,
  ]);
  return rowCount === 1;
}

/** What happened to a group, oldest first. */
export async function readEvents(db: Queryable, groupId: string): Promise<readonly AlertEvent[]> {
  const { rows } = await db.query<EventRow>(
    'select seq, at, event from slipway.alert_events where group_id = $1 order by seq',
    [groupId],
  );
  return rows.map(toEvent);
}

/** The events that nobody was told yet, which from now on count as told. */
export async function takeUntoldEvents(tx: Queryable, groupId: string): Promise<readonly AlertEvent[]> {
  const { rows } = await tx.query<EventRow>(
    'update slipway.alert_events set told = true where group_id = $1 and not told returning seq, at, event',
    [groupId],
  );
  return rows.map(toEvent).sort((a, b) => a.seq - b.seq);
}

function toEvent({ seq, at, event }: EventRow): AlertEvent {
  return { ...event, seq: Number(seq), at };
}
