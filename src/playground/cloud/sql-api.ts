import express, { type Express, type Request, type Response } from 'express';
import { z } from 'zod';
import type { CloudContext } from './context.ts';
import { isForLoopback } from './loopback.ts';
import type { SqlBackup, SqlInstance, SqlOperation } from './sql-records.ts';
import { beginSqlOperation, settleSql, sqlWorkOn } from './sql-work.ts';

const BASE = '/v1/projects/demo';

/** Why a call was refused, in the words of the API. */
class SqlRefusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

type Handler = (request: Request) => object;

const backupBody = z.strictObject({
  description: z.string().max(2_000).default(''),
  location: z.string().optional(),
});
const restoreBody = z.strictObject({
  restoreBackupContext: z.strictObject({
    backupRunId: z.string().regex(/^\d+$/),
    instanceId: z.string().min(1),
    project: z.literal('demo'),
  }),
});
const instanceBody = z.strictObject({
  name: z.string().regex(/^[a-z][-a-z0-9]{0,96}$/),
  databaseVersion: z.string().min(1),
  region: z.string().min(1),
  settings: z.looseObject({ tier: z.string().min(1) }),
});

/**
 * The part of the Cloud SQL Admin API (v1) that backups need, over instances whose whole content is one text:
 * https://docs.cloud.google.com/sql/docs/postgres/admin-api/rest/v1. What it does not know it refuses.
 */
export function createSqlApi(context: CloudContext): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    if (isForLoopback(request)) next();
    else sendRefusal(response, new SqlRefusal(403, 'forbidden', 'Only for this machine.'));
  });
  app.use(express.json());
  const route = (handler: Handler) => (request: Request, response: Response) => {
    settleSql(context);
    try {
      response.json(context.store.transact(() => handler(request)));
    } catch (error) {
      sendRefusal(response, refusalOf(error));
    }
  };
  const runs = `${BASE}/instances/:instance/backupRuns`;
  app.get(
    runs,
    route((request) => listRuns(context, request)),
  );
  app.post(
    runs,
    route((request) => insertRun(context, request)),
  );
  app.delete(
    `${runs}/:id`,
    route((request) => deleteRun(context, request)),
  );
  app.post(
    `${BASE}/instances/:instance/restoreBackup`,
    route((request) => restore(context, request)),
  );
  app.get(
    `${BASE}/instances/:instance/databases`,
    route((request) => listDatabases(context, request)),
  );
  app.get(
    `${BASE}/instances/:instance`,
    route((request) => instanceMessage(instanceOf(context, request))),
  );
  app.delete(
    `${BASE}/instances/:instance`,
    route((request) => deleteInstance(context, request)),
  );
  app.post(
    `${BASE}/instances`,
    route((request) => insertInstance(context, request)),
  );
  app.get(
    `${BASE}/operations/:operation`,
    route((request) => getOperation(context, request)),
  );
  app.get(
    `${BASE}/operations`,
    route((request) => listOperations(context, request)),
  );
  app.use((_request, response) =>
    sendRefusal(response, new SqlRefusal(404, 'notFound', 'There is no such method.')),
  );
  return app;
}

function listRuns(context: CloudContext, request: Request): object {
  const { name } = instanceOf(context, request);
  const limit = z.coerce.number().int().min(1).max(1_000).default(100).parse(request.query.maxResults);
  const from = z.coerce.number().int().min(0).default(0).parse(request.query.pageToken);
  const all = context.store.sqlBackups
    .all()
    .filter(({ instance }) => instance === name)
    .toReversed();
  const items = all.slice(from, from + limit).map(runMessage);
  const more = from + limit < all.length ? { nextPageToken: String(from + limit) } : {};
  return { kind: 'sql#backupRunsList', items, ...more };
}

function insertRun(context: CloudContext, request: Request): object {
  const { name, content, databases } = freeInstance(context, request);
  const { description } = backupBody.parse(request.body);
  const startedAt = context.clock.now();
  const id = String(startedAt + context.store.sqlBackups.keys().length);
  const backup: SqlBackup = {
    id,
    instance: name,
    status: 'RUNNING',
    type: 'ON_DEMAND',
    description,
    content,
    databases,
    startedAt,
    endedAt: null,
  };
  context.store.sqlBackups.put(id, backup);
  return begun(context, { operationType: 'BACKUP_VOLUME', instance: name, backup: id });
}

function deleteRun(context: CloudContext, request: Request): object {
  const { name } = freeInstance(context, request);
  const { id } = backupOf(context, name, String(request.params.id));
  return begun(context, { operationType: 'DELETE_BACKUP', instance: name, backup: id });
}

function restore(context: CloudContext, request: Request): object {
  const { name } = freeInstance(context, request);
  const { restoreBackupContext: from } = restoreBody.parse(request.body);
  const { id, status } = backupOf(context, from.instanceId, from.backupRunId);
  if (status !== 'SUCCESSFUL')
    throw new SqlRefusal(400, 'invalid', `The backup run ${id} is not successful.`);
  return begun(context, { operationType: 'RESTORE_VOLUME', instance: name, backup: id });
}

function listDatabases(context: CloudContext, request: Request): object {
  const { name, databases } = instanceOf(context, request);
  const items = databases.map((database) => ({ kind: 'sql#database', name: database, instance: name }));
  return { kind: 'sql#databasesList', items };
}

function insertInstance(context: CloudContext, request: Request): object {
  const { name, ...given } = instanceBody.parse(request.body);
  if (context.store.sqlInstances.get(name) !== undefined) {
    throw new SqlRefusal(409, 'instanceAlreadyExists', `The Cloud SQL instance ${name} already exists.`);
  }
  const createdAt = context.clock.now();
  const fresh = { state: 'PENDING_CREATE', databases: ['postgres'], content: '' } as const;
  context.store.sqlInstances.put(name, {
    name,
    ...given,
    ...fresh,
    databases: [...fresh.databases],
    createdAt,
  });
  return begun(context, { operationType: 'CREATE', instance: name, backup: '' });
}

function deleteInstance(context: CloudContext, request: Request): object {
  const instance = freeInstance(context, request);
  context.store.sqlInstances.put(instance.name, { ...instance, state: 'PENDING_DELETE' });
  return begun(context, { operationType: 'DELETE', instance: instance.name, backup: '' });
}

function getOperation(context: CloudContext, request: Request): object {
  const found = context.store.sqlOperations.get(String(request.params.operation));
  if (found === undefined) throw new SqlRefusal(404, 'notFound', 'The operation does not exist.');
  return operationMessage(found);
}

function listOperations(context: CloudContext, request: Request): object {
  const name = z.string().min(1).parse(request.query.instance);
  const found = context.store.sqlOperations.all().filter(({ instance }) => instance === name);
  return { kind: 'sql#operationsList', items: found.toReversed().map(operationMessage) };
}

function begun(context: CloudContext, of: Parameters<typeof beginSqlOperation>[1]): object {
  return operationMessage(beginSqlOperation(context, of));
}

function instanceOf({ store }: CloudContext, request: Request): SqlInstance {
  const found = store.sqlInstances.get(String(request.params.instance));
  if (found !== undefined) return found;
  throw new SqlRefusal(404, 'instanceDoesNotExist', 'The Cloud SQL instance does not exist.');
}

/** One instance does one thing at a time. */
function freeInstance(context: CloudContext, request: Request): SqlInstance {
  const instance = instanceOf(context, request);
  if (sqlWorkOn(context, instance.name) === undefined) return instance;
  const message = 'Operation failed because another operation was already in progress.';
  throw new SqlRefusal(409, 'operationInProgress', message);
}

function backupOf({ store }: CloudContext, instance: string, id: string): SqlBackup {
  const found = store.sqlBackups.get(id);
  if (found?.instance === instance) return found;
  throw new SqlRefusal(404, 'backupRunDoesNotExist', `The backup run ${id} does not exist.`);
}

function runMessage(backup: SqlBackup): object {
  const { id, instance, status, type, description, content, startedAt, endedAt } = backup;
  const start = new Date(startedAt).toISOString();
  return {
    kind: 'sql#backupRun',
    id,
    instance,
    status,
    type,
    description,
    location: 'local',
    enqueuedTime: start,
    startTime: start,
    ...(endedAt === null ? {} : { endTime: new Date(endedAt).toISOString() }),
    maxChargeableBytes: String(40_000_000 + content.length),
  };
}

function instanceMessage({ name, state, databaseVersion, region, settings }: SqlInstance): object {
  return { kind: 'sql#instance', name, project: 'demo', state, databaseVersion, region, settings };
}

function operationMessage({ name, operationType, instance, insertedAt, done }: SqlOperation): object {
  const status = done ? 'DONE' : 'RUNNING';
  const insertTime = new Date(insertedAt).toISOString();
  return {
    kind: 'sql#operation',
    name,
    operationType,
    status,
    insertTime,
    targetId: instance,
    targetProject: 'demo',
  };
}

function refusalOf(error: unknown): SqlRefusal {
  if (error instanceof SqlRefusal) return error;
  if (error instanceof z.ZodError) return new SqlRefusal(400, 'invalid', z.prettifyError(error));
  throw error;
}

function sendRefusal(response: Response, { status, reason, message }: SqlRefusal): void {
  const errors = [{ message, domain: 'global', reason }];
  response.status(status).json({ error: { code: status, message, errors } });
}
