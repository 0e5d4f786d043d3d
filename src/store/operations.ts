import type { Digest } from '../domain/artifact.ts';
import type { Operation, OperationOutcome, OperationState, OperationView } from '../domain/operation.ts';
import type { Plan } from '../domain/plan.ts';
import type { OperationRequest, RequestOptions } from '../domain/request.ts';
import { type TargetRef, targetKey } from '../domain/target.ts';
import { LOCK_CLASSES } from './advisory-locks.ts';
import { readApprovals } from './approvals.ts';
import { readCanaryView } from './canaries.ts';
import type { Queryable } from './database.ts';
import { readGate } from './gates.ts';
import { insertSteps, readSteps } from './steps.ts';
import { readStop } from './stops.ts';

interface OperationRow {
  readonly id: string;
  readonly request: OperationRequest;
  readonly options: RequestOptions;
  readonly requester_id: string;
  readonly channel_id: string;
  readonly thread_ts: string | null;
  readonly plan: Plan;
  readonly plan_digest: Digest;
  readonly state: OperationState;
  readonly outcome: OperationOutcome | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
  readonly expires_at: Date | null;
}

/** What a new operation is made of; it begins as `awaiting-approval`, whoever has to be asked. */
export type NewOperation = Pick<
  Operation,
  | 'id'
  | 'request'
  | 'options'
  | 'requesterId'
  | 'channelId'
  | 'threadTs'
  | 'plan'
  | 'planDigest'
  | 'createdAt'
  | 'expiresAt'
>;

/** Stores the operation and its steps; false if it was stored before. */
export async function insertOperation(db: Queryable, operation: NewOperation): Promise<boolean> {
  const { plan } = operation;
  const { rowCount } = await db.query(
    `insert into slipway.operations (id, kind, service, environment, request, options, requester_id, channel_id,
       thread_ts, plan, plan_digest, state, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'awaiting-approval', $12, $13)
     on conflict (id) do nothing`,
    [
      operation.id,
      plan.kind,
      plan.target.service,
      plan.target.environment,
      JSON.stringify(operation.request),
      JSON.stringify(operation.options),
      operation.requesterId,
      operation.channelId,
      operation.threadTs,
      JSON.stringify(plan),
      operation.planDigest,
      operation.createdAt,
      operation.expiresAt,
    ],
  );
  if (rowCount === 0) return false;
  await insertSteps(db, operation.id, plan.steps);
  return true;
}

/** Moves an operation on, if it is still where the caller believes it to be: the one way its state changes. */
export async function moveOperation(
  db: Queryable,
  move: {
    readonly id: string;
    readonly from: OperationState;
    readonly to: OperationState;
    readonly outcome: OperationOutcome | null;
    readonly at: Date;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update slipway.operations set state = $3, outcome = $4,
       started_at = case when $3 = 'running' then $5 else started_at end,
       ended_at = case when $3 in ('awaiting-approval', 'running') then null else $5::timestamptz end
     where id = $1 and state = $2`,
    [move.id, move.from, move.to, move.outcome === null ? null : JSON.stringify(move.outcome), move.at],
  );
  return rowCount === 1;
}

/** Locks the operation's row until the transaction ends, so that what is read stays true. */
export async function lockOperation(tx: Queryable, id: string): Promise<Operation | null> {
  const { rows } = await tx.query<OperationRow>('select * from slipway.operations where id = $1 for update', [
    id,
  ]);
  return rows[0] === undefined ? null : toOperation(rows[0]);
}

/** Lets one operation at a time decide whether it may begin on the target, until the transaction ends. */
export async function holdTarget(tx: Queryable, target: TargetRef): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK_CLASSES.target, targetKey(target)]);
}

export async function findOperation(db: Queryable, id: string): Promise<Operation | null> {
  const { rows } = await db.query<OperationRow>('select * from slipway.operations where id = $1', [id]);
  return rows[0] === undefined ? null : toOperation(rows[0]);
}

/** The operation with everything that its message is rendered from. */
export async function readView(db: Queryable, id: string): Promise<OperationView | null> {
  const operation = await findOperation(db, id);
  if (operation === null) return null;
  const { plan } = operation;
  return {
    operation,
    steps: await readSteps(db, id),
    approvals: await readApprovals(db, id),
    canary: await readCanaryView(db, id, plan),
    gate: await readGate(db, id),
    stop: await readStop(db, id),
  };
}

/** Operations that still have something to do, oldest first; all of them or those on one target. */
export async function openOperations(db: Queryable, target?: TargetRef): Promise<readonly Operation[]> {
  const { rows } = await db.query<OperationRow>(
    `select * from slipway.operations where ended_at is null
       and ($1::text is null or (service = $1 and environment = $2)) order by created_at, id`,
    [target?.service ?? null, target?.environment ?? null],
  );
  return rows.map(toOperation);
}

/** The newest operations, of one service if one is given. */
export async function recentOperations(
  db: Queryable,
  filter: { readonly service: string | null; readonly environment?: string | null; readonly limit: number },
): Promise<readonly Operation[]> {
  const { rows } = await db.query<OperationRow>(
    `select * from slipway.operations
     where ($1::text is null or service = $1) and ($2::text is null or environment = $2)
     order by created_at desc, id limit $3`,
    [filter.service, filter.environment ?? null, filter.limit],
  );
  return rows.map(toOperation);
}

/** Operations on a target that had begun, or were asked for, between two times; oldest first. */
export async function operationsBetween(
  db: Queryable,
  target: TargetRef,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<readonly Operation[]> {
  const { rows } = await db.query<OperationRow>(
    `select * from slipway.operations where service = $1 and environment = $2
       and coalesce(started_at, created_at) between $3 and $4 order by created_at, id`,
    [target.service, target.environment, from, to],
  );
  return rows.map(toOperation);
}

/** Digests that operations proved on a target, newest first, each once. */
export async function provenDigests(
  db: Queryable,
  target: TargetRef,
  part: string | null = null,
): Promise<readonly Digest[]> {
  const { rows } = await db.query<{ digest: Digest }>(
    `select plan -> 'to' ->> 'digest' as digest, max(ended_at) as at from slipway.operations
     where service = $1 and environment = $2 and state = 'succeeded' and kind <> 'canary-extension' and plan -> 'to' ->> 'digest' is not null
       and ($3::text is null or coalesce(plan ->> 'part', '') = $3)
     group by 1 order by at desc limit 50`,
    [target.service, target.environment, part],
  );
  return rows.map((row) => row.digest);
}

/** The commit that a service's artifact was made from, as the newest operation with it has recorded. */
export async function commitOfDigest(db: Queryable, service: string, digest: Digest): Promise<string | null> {
  const { rows } = await db.query<{ commit: string }>(
    `select plan -> 'source' ->> 'to' as commit from slipway.operations
     where service = $1 and plan -> 'to' ->> 'digest' = $2 and plan -> 'source' ->> 'to' is not null
       and state = 'succeeded'
     order by created_at desc limit 1`,
    [service, digest],
  );
  return rows[0]?.commit ?? null;
}

function toOperation(row: OperationRow): Operation {
  return {
    id: row.id,
    request: row.request,
    options: row.options,
    requesterId: row.requester_id,
    channelId: row.channel_id,
    threadTs: row.thread_ts,
    plan: row.plan,
    planDigest: row.plan_digest,
    state: row.state,
    outcome: row.outcome,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    expiresAt: row.expires_at,
  };
}
