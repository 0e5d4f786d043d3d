import type { Queryable } from './database.ts';

interface Intent {
  readonly operationId: string;
  readonly key: string;
}

/** Remembers an intent; returns when it was declared before, null if this is the first time. */
export async function declareIntent(
  db: Queryable,
  { operationId, key }: Intent,
  at: Date,
): Promise<Date | null> {
  const { rowCount } = await db.query(
    'insert into slipway.intents (operation_id, key, declared_at) values ($1, $2, $3) on conflict do nothing',
    [operationId, key, at],
  );
  return rowCount === 1 ? null : readIntent(db, { operationId, key });
}

export async function readIntent(db: Queryable, { operationId, key }: Intent): Promise<Date | null> {
  const { rows } = await db.query<{ declared_at: Date }>(
    'select declared_at from slipway.intents where operation_id = $1 and key = $2',
    [operationId, key],
  );
  return rows[0]?.declared_at ?? null;
}

export async function withdrawIntent(db: Queryable, { operationId, key }: Intent): Promise<void> {
  await db.query('delete from slipway.intents where operation_id = $1 and key = $2', [operationId, key]);
}
