import type { OperationState } from '../domain/operation.ts';
import type { Queryable } from './database.ts';

/** An operation that the code host does not show yet as it is. */
export interface UntoldOperation {
  readonly operationId: string;
  /** The code host's name for it; null until it is known. */
  readonly deploymentId: string | null;
  readonly state: OperationState;
  readonly tries: number;
}

/**
 * Takes some operations whose state was not told, for so many seconds: nobody else takes them meanwhile. Those
 * older than a week are left alone.
 */
export async function claimUntold(
  db: Queryable,
  claim: { readonly services: readonly string[]; readonly limit: number; readonly seconds: number },
): Promise<readonly UntoldOperation[]> {
  const { rows } = await db.query<UntoldOperation>(
    `with untold as (
       select o.id, o.state from slipway.operations o left join slipway.code_deployments d on d.operation_id = o.id
       where o.plan -> 'source' ->> 'to' is not null and o.service = any($1)
         and o.created_at > now() - interval '7 days'
         and d.told is distinct from o.state and (d.next_try is null or d.next_try <= now())
       order by o.created_at limit $2)
     insert into slipway.code_deployments as d (operation_id, next_try)
     select id, now() + make_interval(secs => $3) from untold
     on conflict (operation_id) do update set next_try = excluded.next_try where d.next_try <= now()
     returning operation_id as "operationId", deployment_id as "deploymentId", tries,
       (select state from untold where id = operation_id) as state`,
    [claim.services, claim.limit, claim.seconds],
  );
  return rows;
}

/** True if something else has succeeded on its target since it did: it serves no more. */
export async function isOvertaken(db: Queryable, operationId: string): Promise<boolean> {
  const { rows } = await db.query<{ overtaken: boolean }>(
    `select exists (
       select from slipway.operations later join slipway.operations told using (service, environment)
       where told.id = $1 and later.state = 'succeeded' and later.kind in ('deploy', 'rollback', 'canary')
         and later.ended_at > told.ended_at) as overtaken`,
    [operationId],
  );
  return rows[0]?.overtaken ?? false;
}

/** Remembers what was told. */
export async function recordTold(
  db: Queryable,
  told: { readonly operationId: string; readonly deploymentId: string; readonly state: OperationState },
): Promise<void> {
  await db.query(
    `update slipway.code_deployments set deployment_id = $2, told = $3, tries = 0, next_try = now()
     where operation_id = $1`,
    [told.operationId, told.deploymentId, told.state],
  );
}

/** Puts off what could not be told. */
export async function putOffTelling(db: Queryable, operationId: string, seconds: number): Promise<void> {
  await db.query(
    `update slipway.code_deployments set tries = tries + 1, next_try = now() + make_interval(secs => $2)
     where operation_id = $1`,
    [operationId, seconds],
  );
}
