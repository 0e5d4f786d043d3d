import { createHash } from 'node:crypto';
import { z } from 'zod';
import { backupIdOf } from '../../src/domain/backup.ts';
import type { Json } from '../../src/domain/json.ts';
import { sizeInWords } from '../../src/domain/size.ts';
import { actionsWith, anyHandle, type StepAction } from '../step-action.ts';
import { type StepContext, type StepProgress, TargetError } from '../target.ts';
import type { CloudSqlApi } from './client.ts';
import type { CloudSqlBackupConfig } from './config.ts';
import type { BackupRun } from './messages.ts';
import { backupIdOfRun, descriptionOf, isKept, storedBackup } from './runs.ts';

/** One step under way. */
export interface SqlRun {
  readonly api: CloudSqlApi;
  readonly config: CloudSqlBackupConfig;
  readonly context: StepContext;
}

const LOOK_AGAIN = 2_000;
const LONGEST_NAME = 80;
/** The database that every instance of PostgreSQL has. */
const EVERYWHERE = 'postgres';

const nothing = z.object({});
/** A backup by its id; null for the one that the operation itself makes. */
const choice = z.object({ backup: z.string().nullable() });
const several = z.object({ backups: z.array(z.string()) });
const operationName = z.string();

const { defineAction, defineLook } = actionsWith<SqlRun>();

/** What the steps of a plan may ask for. The names are in stored plans: they never change their meaning. */
export const ACTIONS = {
  make: defineAction({
    input: nothing,
    handle: anyHandle,
    async start(run) {
      const id = backupIdOf(run.context.operationId);
      if ((await findRun(run, id)) === null) await run.api.insertRun(descriptionOf(id), run.context.signal);
      return lookAtOwn(run);
    },
    resume: (run) => lookAtOwn(run),
  }),
  restore: defineAction({
    input: choice,
    handle: anyHandle,
    start: (run, { backup }) => (backup === null ? undoRestore(run) : restore(run, 'restore', backup)),
    resume: (run, { backup }, handle) => lookAtOperation(run, handle, restoring(run, backup)),
  }),
  check: defineLook(choice, checkInstance),
  'create-scratch': defineAction({
    input: nothing,
    handle: anyHandle,
    async start(run) {
      const { api, config, context } = run;
      const name = scratchName(run);
      if ((await api.findInstance(name, context.signal)) === null) {
        const source = await api.findInstance(config.instance, context.signal);
        if (source === null) throw new TargetError('not-found', `There is no instance ${config.instance}.`);
        const { databaseVersion, region, settings } = source;
        await api.insertInstance({ name, databaseVersion, region, settings }, context.signal);
      }
      return lookAtScratch(run);
    },
    resume: (run) => lookAtScratch(run),
  }),
  'restore-scratch': defineAction({
    input: choice,
    handle: anyHandle,
    async start(run, { backup }) {
      const name = scratchName(run);
      const [begun] = await restoresOf(run, name);
      const found = await mustFind(run, backup ?? backupIdOf(run.context.operationId));
      if (begun !== undefined) return running(begun, `restoring into ${name}`);
      const asked = await run.api.restore(name, found.id, run.context.signal);
      if ('refused' in asked) throw asked.refused;
      return running(asked.begun, `restoring into ${name}`);
    },
    resume: (run, _input, handle) => lookAtOperation(run, handle, `restoring into ${scratchName(run)}`),
  }),
  'check-scratch': defineLook(choice, checkScratch),
  'delete-scratch': defineLook(nothing, deleteScratch),
  delete: defineLook(several, deleteRuns),
} as const satisfies Readonly<Record<string, StepAction<SqlRun>>>;

export type ActionName = keyof typeof ACTIONS;

/** The scratch instance of an operation: its name is the operation's alone. */
function scratchName({ config, context }: SqlRun): string {
  const own = createHash('sha256').update(context.operationId).digest('hex').slice(0, 10);
  return `${config.instance.slice(0, LONGEST_NAME)}-verify-${own}`;
}

function running(handle: Json, message: string): StepProgress {
  return { phase: 'running', handle, message, lookAgainAfter: LOOK_AGAIN };
}

async function findRun({ api, context }: SqlRun, id: string): Promise<BackupRun | null> {
  const runs = await api.listRuns(context.signal);
  return runs.find((run) => isKept(run) && backupIdOfRun(run) === id) ?? null;
}

async function mustFind(run: SqlRun, id: string): Promise<BackupRun> {
  const found = await findRun(run, id);
  if (found?.status === 'SUCCESSFUL') return found;
  throw new TargetError('not-found', `${id} is not there any more, or is not whole.`);
}

async function lookAtOwn(run: SqlRun): Promise<StepProgress> {
  const id = backupIdOf(run.context.operationId);
  const found = await findRun(run, id);
  if (found === null) return running(null, `waiting for ${id} to begin`);
  const { state, duration, size } = storedBackup(found);
  if (state.is === 'under-way') return running(null, `Cloud SQL is making ${id}`);
  if (state.is === 'bad') return { phase: 'failed', problem: 'invalid', message: state.reason };
  const took = duration === null ? '' : `, made in ${Math.round(duration / 1_000)} s`;
  const bytes = size === null ? '' : `, ${sizeInWords(size)}`;
  return { phase: 'succeeded', message: `${id} is in Cloud SQL${bytes}${took}.` };
}

/** Operations that restore into the instance, oldest first. */
async function restoresOf(
  { api, context }: SqlRun,
  name: string,
  since = new Date(0),
): Promise<readonly string[]> {
  const operations = await api.listOperations(name, context.signal);
  return operations
    .filter(({ operationType }) => operationType === 'RESTORE_VOLUME')
    .filter(({ insertTime }) => new Date(insertTime) >= since)
    .sort((a, b) => a.insertTime.localeCompare(b.insertTime))
    .map((operation) => operation.name);
}

/** Which restore of an operation is meant: what was asked for, or the way back from it. Parts of stored intents. */
type Which = 'restore' | 'restore-safety';

function restoring({ context }: SqlRun, backup: string | null): string {
  return `restoring ${backup ?? backupIdOf(context.operationId)}`;
}

/** Restores the backup into the instance once, whatever becomes of the reply. */
async function restore(run: SqlRun, which: Which, backup: string): Promise<StepProgress> {
  const { api, config, context } = run;
  const begun = await begunRestore(run, which);
  if (begun !== null) return running(begun, restoring(run, backup));
  const found = await mustFind(run, backup);
  await declareRestore(run, which);
  const asked = await api.restore(config.instance, found.id, context.signal);
  if ('begun' in asked) return running(asked.begun, restoring(run, backup));
  await context.intents.withdraw(which);
  throw asked.refused;
}

/** Only what Cloud SQL began has to be undone. */
async function undoRestore(run: SqlRun): Promise<StepProgress> {
  if ((await begunRestore(run, 'restore')) === null) {
    return { phase: 'succeeded', message: 'Nothing had been changed.' };
  }
  return restore(run, 'restore-safety', backupIdOf(run.context.operationId));
}

/** Remembers which restores were there before ours: ours is the first other one. */
async function declareRestore(run: SqlRun, which: Which): Promise<void> {
  for (const name of await restoresSince(run)) await run.context.intents.declare(`${which} is not ${name}`);
  await run.context.intents.declare(which);
}

/** The restore that we began, by its name in Cloud SQL; null if we did not ask, or were not heard. */
async function begunRestore(run: SqlRun, which: Which): Promise<string | null> {
  const { intents } = run.context;
  if ((await intents.since(which)) === null) return null;
  for (const name of await restoresSince(run)) {
    if ((await intents.since(`${which} is not ${name}`)) === null) return name;
  }
  return null;
}

/** Restores into the instance since our own backup was made, oldest first, by the clock of Cloud SQL. */
async function restoresSince(run: SqlRun): Promise<readonly string[]> {
  const made = await mustFind(run, backupIdOf(run.context.operationId));
  const since = new Date(made.endTime ?? 0);
  return restoresOf(run, run.config.instance, since);
}

async function lookAtOperation(
  { api, context }: SqlRun,
  handle: Json,
  message: string,
): Promise<StepProgress> {
  const name = operationName.parse(handle);
  const found = await api.findOperation(name, context.signal);
  if (found === null) return { phase: 'failed', problem: 'not-found', message: `Cloud SQL forgot ${name}.` };
  if (found.status !== 'DONE') return running(name, message);
  const [failure] = found.error?.errors ?? [];
  if (failure === undefined) return { phase: 'succeeded', message: `done: ${message}` };
  return {
    phase: 'failed',
    problem: 'invalid',
    message: failure.message || `Cloud SQL failed at ${message}.`,
  };
}

/** After a restore: the instance runs and has databases. More the Admin API does not show. */
async function checkInstance(run: SqlRun, { backup }: z.output<typeof choice>): Promise<StepProgress> {
  const { instance } = run.config;
  const looked = await lookIntoInstance(run, instance);
  if (typeof looked === 'string') return running(null, looked);
  const names = looked.databases.join(', ');
  if (looked.databases.length === 0)
    return { phase: 'failed', problem: 'unhealthy', message: `${instance} has no database.` };
  return { phase: 'succeeded', message: `${instance} runs on ${backup}, with ${names}.` };
}

async function checkScratch(run: SqlRun, { backup }: z.output<typeof choice>): Promise<StepProgress> {
  const looked = await lookIntoInstance(run, scratchName(run));
  if (typeof looked === 'string') return running(null, looked);
  const live = await run.api.listDatabases(run.config.instance, run.context.signal);
  const now = live.filter((name) => name !== EVERYWHERE);
  const missing = now.filter((name) => !looked.databases.includes(name));
  if (now.length > 0 && missing.length === now.length) {
    const has = looked.databases.join(', ') || 'no database';
    const message = `What ${backup} holds is not what is live: it has ${has}, and no ${missing.join(', ')}.`;
    return { phase: 'failed', problem: 'unhealthy', message };
  }
  const without = missing.length === 0 ? '' : `, without ${missing.join(', ')}, which the live instance has`;
  const message = `Restored into a scratch instance: it runs and has ${looked.databases.join(', ')}${without}. Rows were not compared: the Admin API does not show them.`;
  return { phase: 'succeeded', message };
}

async function lookIntoInstance(
  { api, context }: SqlRun,
  name: string,
): Promise<string | { readonly databases: readonly string[] }> {
  const found = await api.findInstance(name, context.signal);
  if (found === null) throw new TargetError('not-found', `There is no instance ${name}.`);
  if (found.state !== 'RUNNABLE') return `waiting for ${name}: it is ${found.state}`;
  const databases = await api.listDatabases(name, context.signal);
  return { databases: userDatabases(databases) };
}

/** Without the one that every instance has, unless nothing else is there. */
function userDatabases(names: readonly string[]): readonly string[] {
  const own = names.filter((name) => name !== EVERYWHERE);
  return own.length > 0 ? own : names;
}

async function lookAtScratch(run: SqlRun): Promise<StepProgress> {
  const name = scratchName(run);
  const found = await run.api.findInstance(name, run.context.signal);
  if (found?.state === 'RUNNABLE') return { phase: 'succeeded', message: `${name} is ready.` };
  if (found?.state === 'FAILED')
    return { phase: 'failed', problem: 'invalid', message: `${name} failed to start.` };
  return running(null, `waiting for ${name} to be created`);
}

async function deleteScratch(run: SqlRun): Promise<StepProgress> {
  const name = scratchName(run);
  if ((await run.api.findInstance(name, run.context.signal)) === null) {
    return { phase: 'succeeded', message: `${name} is gone.` };
  }
  await unlessBusy(run.api.deleteInstance(name, run.context.signal));
  return running(null, `waiting for ${name} to be gone`);
}

/** An instance does one thing at a time, perhaps this very one: it is asked again. */
async function unlessBusy(asked: Promise<void>): Promise<void> {
  await asked.catch((error: unknown) => {
    if (!(error instanceof TargetError && error.retry === 'retryable')) throw error;
  });
}

async function deleteRuns(run: SqlRun, { backups }: z.output<typeof several>): Promise<StepProgress> {
  const runs = await run.api.listRuns(run.context.signal);
  const left = runs.filter((found) => isKept(found) && backups.includes(backupIdOfRun(found)));
  const [next] = left;
  if (next === undefined) return { phase: 'succeeded', message: `Deleted ${backups.join(', ')}.` };
  await unlessBusy(run.api.deleteRun(next.id, run.context.signal));
  return running(null, `deleting ${backupIdOfRun(next)}, ${left.length} to go`);
}
