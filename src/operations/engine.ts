import { hostname } from 'node:os';
import { DBOS, Error as DbosErrors } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import type { Logger } from 'pino';
import { LOCKS } from '../store/advisory-locks.ts';
import type { Database } from '../store/database.ts';
import {
  type Executor,
  letGoExecutor,
  otherExecutors,
  removeExecutor,
  tryHoldExecutor,
} from '../store/executors.ts';
import { throughOutages } from '../store/outage.ts';

/** Set by us, so that a new release resumes what an old one began. */
const APPLICATION_VERSION = 'slipway';
const WAKE = 'wake';
/** Milliseconds that an executor's lock must have been free before others take over. */
const GRACE = 5_000;
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
  /** Continues what processes that are gone were doing; returns their executor IDs. */
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
  /** Whether this process is alive itself, by its own lease. */
  readonly mayTakeOver: () => boolean;
  /** The operation's workflow: deterministic between its {@link checkpoint}s. */
  readonly run: (operationId: string) => Promise<void>;
}

/** Starts DBOS as this executor. One engine per process: DBOS keeps its state in module scope. */
export async function launchEngine(options: EngineOptions): Promise<Engine> {
  const pool = new pg.Pool({ connectionString: options.url, max: 8, application_name: 'slipway-engine' });
  pool.on('error', (err) => options.log.warn({ err }, 'a database connection of the engine broke'));
  DBOS.setConfig({
    name: 'slipway',
    systemDatabaseUrl: options.url,
    systemDatabasePool: pool,
    executorID: options.executorId,
    applicationVersion: APPLICATION_VERSION,
    enableOTLP: false,
    logger: quiet(options.log),
  });
  const workflow = DBOS.registerWorkflow(options.run, {
    name: 'operation',
    maxRecoveryAttempts: MAX_RECOVERIES,
  });
  await alone(options.url, () => DBOS.launch());
  const freeSince = new Map<string, number>();
  return {
    start: async (operationId) => {
      await DBOS.startWorkflow(workflow, { workflowID: operationId })(operationId);
    },
    wake,
    fate,
    takeOver: () => takeOver(options, freeSince),
    stop: async () => {
      await DBOS.shutdown({ deregister: true });
      await pool.end();
    },
  };
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
 * nobody is found by that alone, so that work which a process began while it was being forgotten is found too.
 */
async function takeOver(options: EngineOptions, freeSince: Map<string, number>): Promise<readonly string[]> {
  if (!options.mayTakeOver()) return [];
  const others = await otherExecutors(options.database, options.executorId);
  const gone = others.length === 0 ? [] : await forgetGone(options, others, freeSince);
  const known = new Set([
    options.executorId,
    ...(await otherExecutors(options.database, options.executorId)).map(({ id }) => id),
  ]);
  const pending = await DBOS.listWorkflows({ status: 'PENDING', loadInput: false });
  const orphans = pending.filter(({ executorId }) => executorId === undefined || !known.has(executorId));
  if (orphans.length > 0) await DBOS.resumeWorkflows(orphans.map(({ workflowID }) => workflowID));
  await options.adopt([...known]);
  return gone;
}

async function forgetGone(
  options: EngineOptions,
  others: readonly Executor[],
  freeSince: Map<string, number>,
): Promise<readonly string[]> {
  const session = new pg.Client({ connectionString: options.url });
  session.on('error', (err) => options.log.debug({ err }, 'the connection for taking over broke'));
  await session.connect();
  try {
    const gone: string[] = [];
    for (const executor of others)
      if (await forgetIfGone(session, executor, { options, freeSince })) gone.push(executor.id);
    return gone;
  } finally {
    await session.end();
  }
}

/** Holding an executor's lock means that it is not alive, and keeps it from coming back meanwhile. */
async function forgetIfGone(
  session: pg.Client,
  executor: Executor,
  { options, freeSince }: { readonly options: EngineOptions; readonly freeSince: Map<string, number> },
): Promise<boolean> {
  if (!(await tryHoldExecutor(session, executor))) {
    freeSince.delete(executor.id);
    return false;
  }
  const since = freeSince.get(executor.id) ?? Date.now();
  freeSince.set(executor.id, since);
  // One that lost its connection gets the time to take its lock again, unless it certainly died.
  const gone = diedHere(executor) || Date.now() - since >= GRACE;
  if (gone) await removeExecutor(options.database, executor.id);
  await letGoExecutor(session, executor);
  return gone;
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

/** DBOS tells a lot: what it calls information is detail to us. */
function quiet(log: Logger): NonNullable<Parameters<typeof DBOS.setConfig>[0]['logger']> {
  return {
    info: (entry: unknown) => log.debug({ entry }, 'dbos'),
    debug: (entry: unknown) => log.trace({ entry }, 'dbos'),
    warn: (entry: unknown) => log.warn({ entry }, 'dbos'),
    error: (entry: unknown) => log.error({ entry }, 'dbos'),
  };
}
