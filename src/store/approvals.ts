import type { Approval } from '../domain/operation.ts';
import type { Queryable } from './database.ts';

/**
 * Records a person's decision; a later one replaces an earlier one. False if it already stood so, or if a
 * reaction is older than its own withdrawal: events may arrive in another order than they happened.
 */
export async function recordApproval(
  db: Queryable,
  operationId: string,
  approval: Approval,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into slipway.approvals as a (operation_id, user_id, decision, plan_digest, via, decided_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (operation_id, user_id) do update
       set decision = $3, plan_digest = $4, via = $5, decided_at = $6, withdrawn_at = null
       where (a.withdrawn_at is null and (a.decision <> $3 or a.plan_digest <> $4))
         or a.withdrawn_at < $6`,
    [operationId, approval.userId, approval.decision, approval.planDigest, approval.via, approval.decidedAt],
  );
  return rowCount === 1;
}

/**
 * Takes an approval back, also one that is yet to arrive. False if none stood. An approval by button has no
 * reaction, so any reaction taken away takes it back.
 */
export async function withdrawApproval(
  db: Queryable,
  withdrawal: { readonly operationId: string; readonly userId: string; readonly at: Date },
): Promise<boolean> {
  const { operationId, userId, at } = withdrawal;
  const { rowCount } = await db.query(
    `update slipway.approvals set withdrawn_at = $3
     where operation_id = $1 and user_id = $2 and withdrawn_at is null and decision = 'approve'
       and (via = 'button' or decided_at <= $3)`,
    [operationId, userId, at],
  );
  if (rowCount === 1) return true;
  await db.query(
    `insert into slipway.approvals as a (operation_id, user_id, decision, plan_digest, via, decided_at, withdrawn_at)
     values ($1, $2, 'approve', '', 'reaction', $3, $3)
     on conflict (operation_id, user_id) do update set withdrawn_at = greatest(a.withdrawn_at, $3)
       where a.withdrawn_at is not null`,
    [operationId, userId, at],
  );
  return false;
}

/** The decisions that stand, in the order in which they were made. */
export async function readApprovals(db: Queryable, operationId: string): Promise<readonly Approval[]> {
  const { rows } = await db.query<Approval>(
    `select user_id as "userId", decision, plan_digest as "planDigest", decided_at as "decidedAt", via
     from slipway.approvals where operation_id = $1 and withdrawn_at is null order by decided_at`,
    [operationId],
  );
  return rows;
}
