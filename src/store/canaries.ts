import type {
  CanaryInstruction,
  CanaryLook,
  CanaryMove,
  CanaryTrouble,
  CanaryView,
} from '../domain/canary.ts';
import type { OperationOutcome } from '../domain/operation.ts';
import type { Plan } from '../domain/plan.ts';
import type { Standing } from '../policy/canary.ts';
import type { Queryable } from './database.ts';

/** Why a canary is to be taken back, and by whom; `by` null when it does so by itself. */
export type CanaryEnding = Omit<Extract<OperationOutcome, { code: 'canary-aborted' }>, 'code'>;

/** What a canary is doing now and has not finished. */
export type CanaryAction =
  | { readonly do: 'move'; readonly number: number; readonly percent: number; readonly by: string | null }
  | { readonly do: 'promote'; readonly by: string | null }
  | { readonly do: 'abort'; readonly ending: CanaryEnding };

/** How a canary is, as its workflow keeps it. */
export interface CanaryState {
  readonly percent: number;
  readonly auto: boolean;
  readonly pauseEndsAt: Date | null;
  readonly nextLookAt: Date | null;
  /** Whether a look in the present step has passed. */
  readonly passed: boolean;
  readonly standing: Standing;
  readonly trouble: CanaryTrouble | null;
  readonly current: CanaryAction | null;
  /** Decided by a look: it is to be taken back. */
  readonly ending: CanaryEnding | null;
}

export interface PendingInstruction {
  readonly seq: number;
  readonly instruction: CanaryInstruction;
  readonly by: string;
}

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
  const moves = await readMoves(db, operationId);
  const looks = await readLooks(db, operationId, LOOKS_SHOWN);
  return { terms, percent, auto, pauseEndsAt, trouble, moves, looks };
}
