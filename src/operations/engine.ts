import { DBOS, DBOSWorkflowConflictError, Error as DbosErrors } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import type { Logger } from 'pino';
import { LOCKS } from '../store/advisory-locks.ts';
import { type Database, openPool } from '../store/database.ts';
import { otherExecutors } from '../store/executors.ts';
import { isOutage, throughOutages } from '../store/outage.ts';
import type { ExecutorWatch } from './gone.ts';
import { createRunning, type Running } from './running.ts';

/** Set by us, so that a new release resumes what an old one began. */
const APPLICATION_VERSION = 'slipway';
const WAKE = 'wake';
/** Recoveries of one operation before it is given up: far beyond any honest series of crashes. */
const MAX_RECOVERIES = 10_000;

/** What has become of an operation's workflow. */
export type Fate = 'never-begun' | 'under-way' | 'ended' | 'given-up';

/** The durable side of operations: DBOS workflows in our PostgreSQL. */
export interface Engine {
  /** Begins the operation's workflow, once however often it is called. */
  start(operationId: string): Promise<void>;
  /** Makes an operation that waits look again. */
  wake(operationId: string): Promise<void>;
  /** Whether anybody will move the operation on. */
  fate(operationId: string): Promise<Fate>;
  /** Continues what processes that are gone were doing, and what this one let fall; returns the executor IDs of those. */
  takeOver(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

interface EngineOptions {
  readonly url: string;
  readonly database: Database;
  readonly executorId: string;
  readonly log: Logger;
  /** Takes over whatever else belongs to none of these executors. */
  readonly adopt: (known: readonly string[]) => Promise<void>;
  /** Finds who is gone. */
  readonly executors: ExecutorWatch;
  /** The operation's workflow: deterministic between its {@link checkpoint}s. */
  readonly run: (operationId: string) => Promise<void>;
}

/** Starts DBOS as this executor. One engine per process: DBOS keeps its state in module scope. */
export async function launchEngine(options: EngineOptions): Promise<Engine> {
  const pool = openPool(
    {
      connectionString: options.url,
      max: 8,
      // No limit for a query: DBOS takes one that is late for an error that lasts.
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      application_name: 'slipway-engine',
    },
    (err) => options.log.warn({ err }, 'a database connection of the engine broke'),
  );
  DBOS.setConfig({
    name: 'slipway',
    systemDatabaseUrl: options.url,
    systemDatabasePool: pool,
    executorID: options.executorId,
    applicationVersion: APPLICATION_VERSION,
    enableOTLP: false,
    logger: quiet(options.log),
  });
  const running = createRunning();
  const workflow = DBOS.registerWorkflow(
    (operationId: string) => running.during(operationId, () => runOrLetFall(options, operationId)),
    { name: 'operation', maxRecoveryAttempts: MAX_RECOVERIES },
  );
  await alone(options.url, () => DBOS.launch());
  return {
    start: async (operationId) => {
      await DBOS.startWorkflow(workflow, { workflowID: operationId })(operationId);
    },
    wake,
    fate,
    takeOver: () => takeOver(options, running),
    stop: async () => {
      await DBOS.shutdown({ deregister: true });
      await pool.end();
    },
  };
}

/**
 * DBOS waits for a database that is away, and not for one that refuses work for now, as one does that became
 * read-only. That is no outcome of an operation: none is recorded, and it is taken over like anybody's.
 */
async function runOrLetFall({ run, log }: EngineOptions, operationId: string): Promise<void> {
  try {
    await run(operationId);
  } catch (err) {
    if (!isOutage(err)) throw err;
    log.warn(
      { err, operation: operationId },
      'the database refused work; the operation goes on when it takes it',
    );
    throw new DBOSWorkflowConflictError(operationId);
  }
}

/** DBOS brings its schema up to date when it is launched; two at once would be in each other's way. */
async function alone(url: string, work: () => Promise<void>): Promise<void> {
  const session = new pg.Client({ connectionString: url });
  session.on('error', () => undefined);
  await session.connect();
  try {
    await session.query('select pg_advisory_lock($1)', [LOCKS.migration]);
    await work();
  } finally {
    await session.end();
  }
}

/**
 * Runs idempotent `work` for this workflow and keeps its result, which is given again when the workflow
 * is resumed. While the database is away it waits: nothing is lost to an outage.
 */
export function checkpoint<T>(name: string, work: () => Promise<T>): Promise<T> {
  return DBOS.runStep(() => throughOutages(work), { name });
}

/** True for errors by which the engine itself ends or hands on a workflow: not ours to handle. */
export function isEngineError(error: unknown): boolean {
  return error instanceof DbosErrors.DBOSError;
}

/** Waits until somebody wakes this workflow, or until that time has come. */
export async function untilWoken(deadline: number): Promise<void> {
  await DBOS.recv(WAKE, { deadlineEpochMS: deadline });
}

/** Makes an operation that waits look again; what has not begun yet looks for itself when it does. */
export async function wake(operationId: string): Promise<void> {
  try {
    await DBOS.send(operationId, null, WAKE);
  } catch (error) {
    if (!(error instanceof DbosErrors.DBOSNonExistentWorkflowError)) throw error;
  }
}

async function fate(operationId: string): Promise<Fate> {
  const status = await DBOS.getWorkflowStatus(operationId);
  if (status === null) return 'never-begun';
  if (status.status === 'SUCCESS') return 'ended';
  return ['PENDING', 'ENQUEUED', 'DELAYED'].includes(status.status) ? 'under-way' : 'given-up';
}

/**
 * Forgets executors that are gone, and continues whatever belongs to none that is known. What belongs to
 * nobody is found by that alone, so that work which a process began while it was being forgotten is found too. What
 * belongs to this process and does not run here was let fall.
 */
async function takeOver(options: EngineOptions, running: Running): Promise<readonly string[]> {
  const gone = await options.executors.forgetGone();
  if (gone === null) return [];
  const known = new Set([
    options.executorId,
    ...(await otherExecutors(options.database, options.executorId)).map(({ id }) => id),
  ]);
  const pending = await DBOS.listWorkflows({ status: 'PENDING', loadInput: false });
  const ids = (of: typeof pending) => of.map(({ workflowID }) => workflowID);
  const orphans = pending.filter(({ executorId }) => executorId === undefined || !known.has(executorId));
  const own = pending.filter(({ executorId }) => executorId === options.executorId);
  const left = [...ids(orphans), ...running.dropped(ids(own))];
  if (left.length > 0) await DBOS.resumeWorkflows(left);
  await options.adopt([...known]);
  return gone;
}

/** DBOS tells a lot: what it calls information is detail to us. */
function quiet(log: Logger): NonNullable<Parameters<typeof DBOS.setConfig>[0]['logger']> {
  return {
    info: (entry: unknown) => log.debug({ entry }, 'dbos'),
    debug: (entry: unknown) => log.trace({ entry }, 'dbos'),
    warn: (entry: unknown) => log.warn({ entry }, 'dbos'),
    error: (entry: unknown) => log.error({ entry }, 'dbos'),
  };
}
