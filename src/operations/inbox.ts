import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Delivery } from '../domain/delivery.ts';
import type { Database } from '../store/database.ts';
import {
  claimDeliveries,
  finishDelivery,
  openDeliveries,
  storeDelivery,
  withdrawDelivery,
} from '../store/inbox.ts';
import { throughOutages } from '../store/outage.ts';
import { createDeliveriesHere, type DeliveriesHere } from './deliveries-here.ts';

/** Slack gives up after three seconds, and then tells people less than we can. */
const STORE_LIMIT = 2_000;
/** What Slack repeats until it is acknowledged. */
const EVENTS: readonly Delivery['kind'][] = ['mention', 'reaction'];

/** What came in from people: stored before it is acknowledged, then worked on once. */
export interface Inbox {
  /**
   * Stores a delivery and begins to work on it. Rejects if it could not be stored: then nothing was done and, but
   * for an event, nothing will be.
   */
  accept(delivery: Delivery): Promise<'stored' | 'duplicate'>;
  /** Works on what none of the known executors will finish, and on events of its own that nobody began. */
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
  const here = createDeliveriesHere();
  const underWay = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    const done = work.finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const begin = (delivery: Delivery): void => track(process(options, here, delivery));
  const adoptAll = (deliveries: readonly Delivery[]): void => {
    for (const delivery of deliveries) {
      here.take(delivery.id);
      begin(delivery);
    }
  };
  return {
    accept: async (delivery) => {
      // Another process may be taking over what this one has: it must not take in more.
      if (!options.isAlive()) throw new Error('this process has lost its lease');
      if (here.isRefused(delivery.id)) throw stillRefused();
      here.take(delivery.id);
      const storing = storeDelivery(database, delivery, executorId);
      try {
        const result = await inTime(delivery, storing);
        if (result === 'duplicate' && here.isRefused(delivery.id)) throw stillRefused();
        // After the caller has acknowledged: the work is longer than what Slack waits for.
        if (result === 'stored') setImmediate(begin, delivery);
        else here.letGo(delivery.id);
        return result;
      } catch (error) {
        options.onUnstored();
        if (isEvent(delivery)) here.letGo(delivery.id);
        else track(putAside(options, here, { delivery, storing }));
        throw error;
      }
    },
    adopt: async (known) => {
      adoptAll(await claimDeliveries(database, { known, by: executorId }));
      adoptAll(await unbegunEvents(options, here));
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

/** Events are told to nobody: Slack repeats them until they are stored. */
function isEvent({ kind }: Delivery): boolean {
  return EVENTS.includes(kind);
}

/** The person who typed or clicked is told so when it was not stored in time. */
async function inTime(
  delivery: Delivery,
  storing: ReturnType<typeof storeDelivery>,
): ReturnType<typeof storeDelivery> {
  if (isEvent(delivery)) return storing;
  const late = Symbol('late');
  const first = await Promise.race([storing, delay(STORE_LIMIT, late, { ref: false })]);
  if (first !== late) return first;
  throw new Error(`the database did not answer within ${STORE_LIMIT} ms`);
}

function stillRefused(): Error {
  return new Error('it was refused a moment ago, and may be stored from then');
}

/**
 * What was refused may have been stored after all. It must not be done behind the person's back, and the same form
 * may be sent again. Until it is put aside the database has it: should this process end before, it is done then.
 */
async function putAside(
  { database, executorId, log }: InboxOptions,
  here: DeliveriesHere,
  refused: { readonly delivery: Delivery; readonly storing: ReturnType<typeof storeDelivery> },
): Promise<void> {
  const { delivery, storing } = refused;
  here.refuse(delivery.id);
  await storing.catch(() => undefined);
  try {
    // Where the same came twice, what is stored may be the other's, who sees to it.
    if (here.isAlone(delivery.id)) {
      await throughOutages(() => withdrawDelivery(database, delivery, executorId));
    }
    here.letGo(delivery.id);
  } catch (err) {
    log.error({ err, delivery: delivery.id }, 'a refused delivery could not be put aside');
  }
}

/**
 * An event whose storing failed may have been stored all the same. Slack repeats it, and it is a duplicate then,
 * which nobody begins.
 */
async function unbegunEvents(
  { database, executorId }: InboxOptions,
  here: DeliveriesHere,
): Promise<readonly Delivery[]> {
  const before = here.ids();
  const open = await openDeliveries(database, executorId, EVENTS);
  return open.filter(({ id }) => !before.has(id) && !here.has(id));
}

async function process(
  { database, log, work, onKept }: InboxOptions,
  here: DeliveriesHere,
  delivery: Delivery,
): Promise<void> {
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
    here.letGo(delivery.id);
  } catch (err) {
    log.error({ err, delivery: delivery.id }, 'a delivery could not be marked as done');
  }
}
