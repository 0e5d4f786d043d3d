import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Delivery } from '../domain/delivery.ts';
import type { Database } from '../store/database.ts';
import { claimDeliveries, finishDelivery, storeDelivery } from '../store/inbox.ts';
import { throughOutages } from '../store/outage.ts';

/** Slack gives up after three seconds, and then tells people less than we can. */
const STORE_LIMIT = 2_000;

/** What came in from people: stored before it is acknowledged, then worked on once. */
export interface Inbox {
  /**
   * Stores a delivery and begins to work on it. Rejects if it could not be stored: then nothing was done
   * and nothing will be.
   */
  accept(delivery: Delivery): Promise<'stored' | 'duplicate'>;
  /** Works on what none of the known executors will finish. */
  adopt(known: readonly string[]): Promise<void>;
  /** Resolves when nothing is being worked on. */
  idle(): Promise<void>;
}

interface InboxOptions {
  readonly database: Database;
  readonly executorId: string;
  readonly log: Logger;
  /** Whether this process holds its lease. */
  readonly isAlive: () => boolean;
  /** Idempotent: it may be called again for the same delivery after a crash. */
  readonly work: (delivery: Delivery) => Promise<void>;
  /** It is stored, and the database keeps it from being worked on for now. */
  readonly onKept: (delivery: Delivery) => void;
  /** Something could not be stored. */
  readonly onUnstored: () => void;
}

export function createInbox(options: InboxOptions): Inbox {
  const { database, executorId } = options;
  const underWay = new Set<Promise<void>>();
  const begin = (delivery: Delivery): void => {
    const done = process(options, delivery).finally(() => underWay.delete(done));
    underWay.add(done);
  };
  return {
    accept: async (delivery) => {
      // Another process may be taking over what this one has: it must not take in more.
      if (!options.isAlive()) throw new Error('this process has lost its lease');
      const storing = storeDelivery(database, delivery, executorId);
      const result = await inTime(options, delivery, storing).catch((error: unknown) => {
        options.onUnstored();
        throw error;
      });
      // After the caller has acknowledged: the work is longer than what Slack waits for.
      if (result === 'stored') setImmediate(begin, delivery);
      return result;
    },
    adopt: async (known) => {
      const left = await claimDeliveries(database, { known, by: executorId });
      for (const delivery of left) begin(delivery);
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/**
 * The person who typed or clicked is told so when it was not stored in time. Should it be stored after all,
 * it must not be done behind their back. Events are told to nobody: Slack repeats them until they are stored.
 */
async function inTime(
  { database, log }: InboxOptions,
  delivery: Delivery,
  storing: ReturnType<typeof storeDelivery>,
): ReturnType<typeof storeDelivery> {
  if (delivery.kind === 'mention' || delivery.kind === 'reaction') return storing;
  const late = Symbol('late');
  const first = await Promise.race([storing, delay(STORE_LIMIT, late, { ref: false })]);
  if (first !== late) return first;
  storing
    .then((result) => (result === 'stored' ? finishDelivery(database, delivery.id) : undefined))
    .catch((err: unknown) => log.warn({ err, delivery: delivery.id }, 'a late delivery was not put aside'));
  throw new Error(`the database did not answer within ${STORE_LIMIT} ms`);
}

async function process({ database, log, work, onKept }: InboxOptions, delivery: Delivery): Promise<void> {
  try {
    await throughOutages(
      () => work(delivery),
      () => onKept(delivery),
    );
  } catch (err) {
    log.error({ err, delivery: delivery.id }, 'a delivery could not be worked on');
  }
  try {
    await throughOutages(() => finishDelivery(database, delivery.id));
  } catch (err) {
    log.error({ err, delivery: delivery.id }, 'a delivery could not be marked as done');
  }
}
