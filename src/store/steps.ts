import type { StepRecord } from '../domain/operation.ts';
import type { Queryable } from './database.ts';

/** Adds steps behind those that are there; a step that is there already stays as it is. */
export async function insertSteps(
  db: Queryable,
  operationId: string,
  steps: readonly { readonly id: string; readonly title: string }[],
): Promise<void> {
  await db.query(
    `insert into slipway.steps (operation_id, id, ordinal, title, state)
     select $1, step.id, step.ordinal + (select count(*) from slipway.steps where operation_id = $1), step.title, 'pending'
     from unnest($2::text[], $3::text[]) with ordinality as step (id, title, ordinal)
     on conflict do nothing`,
    [operationId, steps.map((step) => step.id), steps.map((step) => step.title)],
  );
}

/** How far a step is. */
export interface StepChange {
  readonly operationId: string;
  readonly stepId: string;
  readonly state: StepRecord['state'];
  readonly message: string | null;
  readonly stoppable: boolean;
  readonly at: Date;
}

/** Records how far a step is; its first start stays its start, whatever is repeated after a crash. */
export async function recordStep(db: Queryable, change: StepChange): Promise<void> {
  await db.query(
    `update slipway.steps set state = $3, message = coalesce($4, message), stoppable = $6,
       started_at = case when $3 = 'running' then coalesce(started_at, $5) else started_at end,
       ended_at = case when $3 in ('succeeded', 'failed') then $5::timestamptz end
     where operation_id = $1 and id = $2`,
    [change.operationId, change.stepId, change.state, change.message, change.at, change.stoppable],
  );
}

export async function readSteps(db: Queryable, operationId: string): Promise<readonly StepRecord[]> {
  const { rows } = await db.query<StepRecord>(
    `select id, title, state, message, started_at as "startedAt", ended_at as "endedAt", stoppable
     from slipway.steps where operation_id = $1 order by ordinal`,
    [operationId],
  );
  return rows;
}
