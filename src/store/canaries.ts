import {
  approvedShare,
  type CanaryInstruction,
  type CanaryLook,
  type CanaryMove,
  type CanaryView,
} from '../domain/canary.ts';
import {
  type CanaryState,
  type Handover,
  lastActionOf,
  type PendingInstruction,
} from '../domain/canary-state.ts';
import type { Plan } from '../domain/plan.ts';
import type { Queryable } from './database.ts';

const LOOKS_SHOWN = 20;

/** Begins to keep a canary's state; one that is kept already stays as it is. */
export async function insertCanary(
  db: Queryable,
  operationId: string,
  state: Pick<CanaryState, 'auto' | 'standing'>,
): Promise<void> {
  await db.query(
    `insert into slipway.canaries (operation_id, percent, auto, standing) values ($1, 0, $2, $3)
     on conflict do nothing`,
    [operationId, state.auto, JSON.stringify(state.standing)],
  );
}

export async function readCanary(db: Queryable, operationId: string): Promise<CanaryState | null> {
  const { rows } = await db.query<CanaryState>(
    `select percent, auto, pause_ends_at as "pauseEndsAt", next_look_at as "nextLookAt", passed, standing, trouble,
       current, ending from slipway.canaries where operation_id = $1`,
    [operationId],
  );
  return rows[0] ?? null;
}

/** Replaces what is kept, in the transaction that holds the operation's row. */
export async function writeCanary(db: Queryable, operationId: string, state: CanaryState): Promise<void> {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  await db.query(
    `update slipway.canaries set percent = $2, auto = $3, pause_ends_at = $4, next_look_at = $5, passed = $6,
       standing = $7, trouble = $8, current = $9, ending = $10 where operation_id = $1`,
    [
      operationId,
      state.percent,
      state.auto,
      state.pauseEndsAt,
      state.nextLookAt,
      state.passed,
      json(state.standing),
      json(state.trouble),
      json(state.current),
      json(state.ending),
    ],
  );
}

/** Stores what somebody wants; false if that delivery was stored before. */
export async function insertInstruction(
  db: Queryable,
  given: {
    readonly operationId: string;
    readonly deliveryId: string;
    readonly instruction: CanaryInstruction;
    readonly by: string;
    readonly at: Date;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into slipway.canary_instructions (operation_id, delivery_id, instruction, given_by, given_at)
     values ($1, $2, $3, $4, $5) on conflict (delivery_id) do nothing`,
    [given.operationId, given.deliveryId, JSON.stringify(given.instruction), given.by, given.at],
  );
  return rowCount === 1;
}

/** What has become of what came with that delivery. */
export async function readHandover(db: Queryable, deliveryId: string): Promise<Handover> {
  const { rows } = await db.query<{ done: boolean }>(
    'select done_at is not null as done from slipway.canary_instructions where delivery_id = $1',
    [deliveryId],
  );
  if (rows[0] === undefined) return 'not-given';
  return rows[0].done ? 'taken' : 'pending';
}

/** Shares past its steps that people agreed to for this canary. */
export async function approvedExtensions(db: Queryable, operationId: string): Promise<readonly number[]> {
  const { rows } = await db.query<{ to: number }>(
    `select (plan -> 'extension' ->> 'to')::int as to from slipway.operations
     where kind = 'canary-extension' and state in ('running', 'succeeded')
       and plan -> 'extension' ->> 'operationId' = $1`,
    [operationId],
  );
  return rows.map(({ to }) => to);
}

/** What people want and has not been done, oldest first. */
export async function pendingInstructions(
  db: Queryable,
  operationId: string,
): Promise<readonly PendingInstruction[]> {
  const { rows } = await db.query<{ seq: string; instruction: CanaryInstruction; by: string }>(
    `select seq, instruction, given_by as by from slipway.canary_instructions
     where operation_id = $1 and done_at is null order by seq`,
    [operationId],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}

export async function finishInstructions(db: Queryable, seqs: readonly number[], at: Date): Promise<void> {
  await db.query('update slipway.canary_instructions set done_at = $2 where seq = any($1)', [seqs, at]);
}

export async function insertMove(
  db: Queryable,
  operationId: string,
  move: CanaryMove & { readonly number: number },
): Promise<void> {
  await db.query(
    `insert into slipway.canary_moves (operation_id, number, at, percent, moved_by) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [operationId, move.number, move.at, move.percent, move.by],
  );
}

export async function insertLook(db: Queryable, operationId: string, look: CanaryLook): Promise<void> {
  await db.query(
    `insert into slipway.canary_looks (operation_id, at, percent, verdict) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [operationId, look.at, look.percent, JSON.stringify(look.verdict)],
  );
}

export async function readMoves(db: Queryable, operationId: string): Promise<readonly CanaryMove[]> {
  const { rows } = await db.query<CanaryMove>(
    'select at, percent, moved_by as by from slipway.canary_moves where operation_id = $1 order by number',
    [operationId],
  );
  return rows;
}

/** The newest looks, oldest of them first. */
export async function readLooks(
  db: Queryable,
  operationId: string,
  limit: number,
): Promise<readonly CanaryLook[]> {
  const { rows } = await db.query<CanaryLook>(
    `select at, percent, verdict from
       (select * from slipway.canary_looks where operation_id = $1 order by at desc limit $2) newest order by at`,
    [operationId, limit],
  );
  return rows;
}

/** What the message of a canary shows; null for other operations, and before it has begun. */
export async function readCanaryView(
  db: Queryable,
  operationId: string,
  plan: Plan,
): Promise<CanaryView | null> {
  const { canary: terms } = plan;
  const state = terms === undefined ? null : await readCanary(db, operationId);
  if (terms === undefined || state === null) return null;
  const { percent, auto, pauseEndsAt, trouble } = state;
  const approved = approvedShare(terms, await approvedExtensions(db, operationId));
  const last = lastActionOf(state);
  const moves = await readMoves(db, operationId);
  const looks = await readLooks(db, operationId, LOOKS_SHOWN);
  return { terms, percent, auto, last, approved, pauseEndsAt, trouble, moves, looks };
}
