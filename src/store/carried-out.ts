import type { Queryable } from './database.ts';

/** What a delivery did where that is no operation of its own. */
export interface CarriedOut {
  readonly deliveryId: string;
  /** The operation that was told something or was asked for instead, or the key of a lock. */
  readonly subject: string;
  readonly at: Date;
}

/** Remembers it, in the transaction that does it; false if it was remembered before, so that it must not be done. */
export async function recordCarriedOut(
  tx: Queryable,
  { deliveryId, subject, at }: CarriedOut,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into slipway.carried_out (delivery_id, subject, at) values ($1, $2, $3) on conflict do nothing',
    [deliveryId, subject, at],
  );
  return rowCount === 1;
}

/** What the delivery did when it was worked on before; null if nothing. */
export async function findCarriedOut(db: Queryable, deliveryId: string): Promise<CarriedOut | null> {
  const { rows } = await db.query<CarriedOut>(
    'select delivery_id as "deliveryId", subject, at from slipway.carried_out where delivery_id = $1',
    [deliveryId],
  );
  return rows[0] ?? null;
}
