import type { Queryable } from './database.ts';

/** Stores a silence; false if it is stored already. */
export async function insertSilence(
  tx: Queryable,
  silence: {
    readonly id: string;
    readonly groupId: string;
    readonly silenceId: string;
    readonly by: string;
    readonly reason: string;
    readonly from: Date;
    readonly until: Date;
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into slipway.alert_silences (id, group_id, silence_id, made_by, reason, starts_at, ends_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing`,
    [silence.id, silence.groupId, silence.silenceId, silence.by, silence.reason, silence.from, silence.until],
  );
  return rowCount === 1;
}

/** The silences of a group that last, with their names in the monitoring system. */
export async function lastingSilences(
  db: Queryable,
  groupId: string,
  now: Date,
): Promise<readonly { readonly id: string; readonly silenceId: string }[]> {
  const { rows } = await db.query<{ id: string; silenceId: string }>(
    `select id, silence_id as "silenceId" from slipway.alert_silences
     where group_id = $1 and ended_at is null and ends_at > $2 order by starts_at`,
    [groupId, now],
  );
  return rows;
}

/** Says that a silence ended before its time; false if it had ended. */
export async function endSilence(
  tx: Queryable,
  silence: { readonly id: string; readonly at: Date; readonly by: string | null },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update slipway.alert_silences set ended_at = $2, ended_by = $3, ends_at = least(ends_at, $2)
     where id = $1 and ended_at is null`,
    [silence.id, silence.at, silence.by],
  );
  return rowCount === 1;
}
