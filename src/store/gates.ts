import type { GateView } from '../domain/checks.ts';
import type { Queryable } from './database.ts';

/** Remembers how the checks stand; false if that is what was known. */
export async function recordGate(db: Queryable, operationId: string, view: GateView): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into slipway.gates as g (operation_id, view) values ($1, $2)
     on conflict (operation_id) do update set view = excluded.view where g.view <> excluded.view`,
    [operationId, JSON.stringify(view)],
  );
  return rowCount === 1;
}

export async function readGate(db: Queryable, operationId: string): Promise<GateView | null> {
  const { rows } = await db.query<{ view: GateView }>(
    'select view from slipway.gates where operation_id = $1',
    [operationId],
  );
  return rows[0]?.view ?? null;
}
