import { hostname } from 'node:os';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import {
  type Executor,
  endSilentSession,
  forgetExecutor,
  letGoExecutor,
  otherExecutors,
  type SeenExecutor,
  tryHoldExecutor,
} from '../store/executors.ts';
import { GONE_AFTER, type Lease } from './lease.ts';

/** Milliseconds for an answer of the server, which may wait for a second itself, to end a session. */
const ANSWER_LIMIT = 5_000;

/** Finds which of the other processes are gone. */
export interface ExecutorWatch {
  /**
   * Forgets those that are gone: what they were doing belongs to nobody from then on. Returns their IDs; null
   * while this process may not judge, since it does not hold its own lease.
   */
  forgetGone(): Promise<readonly string[] | null>;
}

interface WatchOptions {
  readonly url: string;
  readonly database: Database;
  readonly lease: Pick<Lease, 'executorId' | 'heldSince'>;
  readonly log: Pick<Logger, 'debug'>;
  /** The lease's own clock. */
  readonly now?: () => number;
}

interface Sighting {
  readonly renewal: string;
  readonly since: number;
}

/**
 * A process is gone when it certainly died, or when its renewal has been seen to stay the same for
 * {@link GONE_AFTER} by one that was well all that time: after an outage everybody has the time to come back. It
 * counts what it sees by its own clock alone.
 */
export function watchExecutors(options: WatchOptions): ExecutorWatch {
  const { database, lease, now = () => performance.now() } = options;
  let seen: ReadonlyMap<string, Sighting> = new Map();
  return {
    forgetGone: async () => {
      const others = await otherExecutors(database, lease.executorId);
      const at = now();
      seen = new Map(others.map((other) => [other.id, sighted(seen.get(other.id), other, at)]));
      const wellSince = lease.heldSince();
      if (wellSince === null) return null;
      const isSilent = ({ id }: SeenExecutor) =>
        at - Math.max(seen.get(id)?.since ?? at, wellSince) >= GONE_AFTER;
      const gone = others.filter((other) => diedHere(other) || isSilent(other));
      return gone.length === 0 ? [] : forget(options, gone);
    },
  };
}

function sighted(before: Sighting | undefined, { renewal }: SeenExecutor, at: number): Sighting {
  return before?.renewal === renewal ? before : { renewal, since: at };
}

async function forget(
  { url, database, lease, log }: WatchOptions,
  gone: readonly SeenExecutor[],
): Promise<readonly string[]> {
  const session = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: ANSWER_LIMIT,
    query_timeout: ANSWER_LIMIT,
  });
  session.on('error', (err) => log.debug({ err }, 'the connection for taking over broke'));
  await session.connect();
  try {
    const forgotten: string[] = [];
    for (const executor of gone) {
      if (!(await hold(session, executor))) continue;
      if (await forgetExecutor(database, executor, lease.executorId)) forgotten.push(executor.id);
      await letGoExecutor(session, executor);
    }
    return forgotten;
  } finally {
    // Not waited for: on a network that went silent it would never be over.
    void session.end().catch(() => undefined);
  }
}

/** Holding its lock keeps it from coming back meanwhile. One that hangs holds it still, until its session is ended. */
async function hold(session: pg.Client, executor: Executor): Promise<boolean> {
  if (await tryHoldExecutor(session, executor)) return true;
  await endSilentSession(session, executor, GONE_AFTER);
  return tryHoldExecutor(session, executor);
}

/** True if its process ran on this machine and is not there any more. */
function diedHere({ host, pid }: Executor): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
