import type { StopRequest } from '../domain/operation.ts';
import type { Queryable } from './database.ts';

/** Remembers that somebody wants the operation to stop; who wanted it first stays. */
export async function recordStop(db: Queryable, operationId: string, { by, at }: StopRequest): Promise<void> {
  await db.query(
    'insert into slipway.stops (operation_id, asked_by, asked_at) values ($1, $2, $3) on conflict do nothing',
    [operationId, by, at],
  );
}

export async function readStop(db: Queryable, operationId: string): Promise<StopRequest | null> {
  const { rows } = await db.query<StopRequest>(
    'select asked_by as by, asked_at as at from slipway.stops where operation_id = $1',
    [operationId],
  );
  return rows[0] ?? null;
}
