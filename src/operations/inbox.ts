import type { Logger } from 'pino';
import type { Delivery } from '../domain/delivery.ts';
import type { Database } from '../store/database.ts';
import { claimDeliveries, finishDelivery, storeDelivery } from '../store/inbox.ts';
import { throughOutages } from '../store/outage.ts';

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
      const result = await storeDelivery(database, delivery, executorId);
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

async function process({ database, log, work }: InboxOptions, delivery: Delivery): Promise<void> {
  try {
    await throughOutages(() => work(delivery));
  } catch (err) {
    log.error({ err, delivery: delivery.id }, 'a delivery could not be worked on');
  }
  try {
    await throughOutages(() => finishDelivery(database, delivery.id));
  } catch (err) {
    log.error({ err, delivery: delivery.id }, 'a delivery could not be marked as done');
  }
}
