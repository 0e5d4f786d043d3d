import type { Queryable } from './database.ts';

/** Records who looks at a group; false if somebody does already. */
export async function acknowledgeGroup(
  tx: Queryable,
  act: { readonly id: string; readonly by: string; readonly at: Date; readonly remindAt: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update slipway.alert_groups set acknowledged_by = $2, acknowledged_at = $3, remind_at = $4
     where id = $1 and acknowledged_by is null and resolved_at is null`,
    [act.id, act.by, act.at, act.remindAt],
  );
  return rowCount === 1;
}

/** When the group is looked at again although nothing was heard of it. */
export async function lookAgainAt(tx: Queryable, id: string, at: Date): Promise<void> {
  await tx.query('update slipway.alert_groups set remind_at = $2 where id = $1', [id, at]);
}
