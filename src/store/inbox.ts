import { randomBytes, randomUUID } from 'node:crypto';
import type { Delivery } from '../domain/delivery.ts';
import { type Database, inTransaction, type Queryable } from './database.ts';

/** Stores what came in, once however often it comes: acknowledged means stored. */
export async function storeDelivery(
  db: Queryable,
  delivery: Delivery,
  executorId: string,
): Promise<'stored' | 'duplicate'> {
  const { rowCount } = await db.query({
    name: 'store-delivery',
    text: 'insert into slipway.inbox (id, delivery, claimed_by) values ($1, $2, $3) on conflict (id) do nothing',
    values: [delivery.id, JSON.stringify(delivery), executorId],
  });
  return rowCount === 1 ? 'stored' : 'duplicate';
}

/** As much as a long delivery, and nothing that could be pressed into less. */
const PROBE_BYTES = 16_384;

/** Stores something for a moment; rejects if there is no room, or no database, for what comes in. */
export async function tryToStore(database: Database): Promise<void> {
  const id = `probe:${randomUUID()}`;
  const delivery = JSON.stringify(randomBytes(PROBE_BYTES).toString('base64'));
  await inTransaction(database, async (tx) => {
    await tx.query(
      "insert into slipway.inbox (id, delivery, claimed_by, done_at) values ($1, $2, 'probe', now())",
      [id, delivery],
    );
    await tx.query('delete from slipway.inbox where id = $1', [id]);
  });
}

export async function finishDelivery(db: Queryable, id: string): Promise<void> {
  await db.query('update slipway.inbox set done_at = now() where id = $1', [id]);
}

/**
 * Makes sure that this executor's open delivery is not stored, nor will be by an attempt that is still on its way
 * through the server: the same ID can be stored anew.
 */
export async function withdrawDelivery(
  database: Database,
  delivery: Delivery,
  executorId: string,
): Promise<void> {
  await inTransaction(database, async (tx) => {
    // Waits for an attempt that has not been committed yet.
    await storeDelivery(tx, delivery, executorId);
    await tx.query('delete from slipway.inbox where id = $1 and claimed_by = $2 and done_at is null', [
      delivery.id,
      executorId,
    ]);
  });
}

/** Open deliveries of these kinds that this executor has had for ten seconds, oldest first. */
export async function openDeliveries(
  db: Queryable,
  executorId: string,
  kinds: readonly Delivery['kind'][],
): Promise<readonly Delivery[]> {
  const { rows } = await db.query<{ delivery: Delivery }>(
    `select delivery from slipway.inbox
     where done_at is null and claimed_by = $1 and delivery->>'kind' = any($2)
       and received_at < now() - interval '10 seconds'
     order by received_at`,
    [executorId, kinds],
  );
  return rows.map(({ delivery }) => delivery);
}

/** Takes over what none of the known executors will finish, and returns it, oldest first. */
export async function claimDeliveries(
  db: Queryable,
  claim: { readonly known: readonly string[]; readonly by: string },
): Promise<readonly Delivery[]> {
  const { rows } = await db.query<{ delivery: Delivery; received_at: Date }>(
    `update slipway.inbox set claimed_by = $2 where done_at is null and not claimed_by = any($1)
     returning delivery, received_at`,
    [claim.known, claim.by],
  );
  return [...rows]
    .sort((a, b) => a.received_at.getTime() - b.received_at.getTime())
    .map((row) => row.delivery);
}

/** Forgets finished deliveries, and what they did, after a day: far longer than Slack retries. */
export async function forgetDeliveries(database: Database): Promise<void> {
  await database.query("delete from slipway.inbox where done_at < now() - interval '1 day'");
  await database.query(
    `delete from slipway.carried_out c where at < now() - interval '1 day'
       and not exists (select from slipway.inbox where id = c.delivery_id)`,
  );
}
