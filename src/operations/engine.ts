import { DBOS, Error as DbosErrors } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { letGoExecutor, otherExecutors, removeExecutor, tryHoldExecutor } from '../store/executors.ts';
import { throughOutages } from '../store/outage.ts';

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
  /** Continues what processes that are gone were doing; returns their executor IDs. */
  takeOver(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

interface EngineOptions {
  readonly url: string;
  readonly database: Database;
  readonly executorId: string;
  readonly log: Logger;
  /** Takes over whatever else a process that is gone left behind. */
  readonly adopt: (executorId: string) => Promise<void>;
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
  await DBOS.launch();
  return {
    start: async (operationId) => {
      await DBOS.startWorkflow(workflow, { workflowID: operationId })(operationId);
    },
    wake,
    fate,
    takeOver: () => takeOver(options),
    stop: async () => {
      await DBOS.shutdown({ deregister: true });
      await pool.end();
    },
  };
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

/** What has not begun yet looks for itself when it does. */
async function wake(operationId: string): Promise<void> {
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

async function takeOver(options: EngineOptions): Promise<readonly string[]> {
  const others = await otherExecutors(options.database, options.executorId);
  if (others.length === 0) return [];
  const session = new pg.Client({ connectionString: options.url });
  await session.connect();
  try {
    const gone: string[] = [];
    for (const executor of others) {
      // Holding its lock means that it is gone, and keeps it from coming back while we take over.
      if (!(await tryHoldExecutor(session, executor))) continue;
      await resumePending(executor.id);
      await options.adopt(executor.id);
      gone.push(executor.id);
      await letGoAfter(session, options.database, executor);
    }
    return gone;
  } finally {
    await session.end();
  }
}

async function letGoAfter(
  session: pg.Client,
  database: Database,
  executor: Parameters<typeof letGoExecutor>[1],
): Promise<void> {
  await removeExecutor(database, executor.id);
  await letGoExecutor(session, executor);
}

async function resumePending(executorId: string): Promise<void> {
  const pending = await DBOS.listWorkflows({ executorId, status: 'PENDING', loadInput: false });
  if (pending.length > 0) await DBOS.resumeWorkflows(pending.map((workflow) => workflow.workflowID));
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
