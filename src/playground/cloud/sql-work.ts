import type { CloudContext } from './context.ts';
import { randomSuffix } from './names.ts';
import type { SqlInstance, SqlOperation } from './sql-records.ts';

/** How long everything takes in the demo's Cloud SQL. */
const TAKES = 1_500;

/** Begins work on an instance; it is done when its time has come and somebody asks. */
export function beginSqlOperation(
  { store, clock, random }: CloudContext,
  of: Pick<SqlOperation, 'operationType' | 'instance' | 'backup'>,
): SqlOperation {
  const insertedAt = clock.now();
  const name = `${insertedAt}-${randomSuffix(random)}`;
  const operation = { ...of, name, insertedAt, settlesAt: insertedAt + TAKES, done: false };
  return store.sqlOperations.put(name, operation);
}

/** The work that an instance is busy with; undefined when it is free. */
export function sqlWorkOn({ store }: CloudContext, instance: string): SqlOperation | undefined {
  return store.sqlOperations.all().find((operation) => operation.instance === instance && !operation.done);
}

/** Ends what is due, in the order in which it was begun. */
export function settleSql(context: CloudContext): void {
  const { store, clock } = context;
  store.transact(() => {
    for (const operation of store.sqlOperations.all()) {
      if (operation.done || operation.settlesAt > clock.now()) continue;
      finish(context, operation);
      store.sqlOperations.put(operation.name, { ...operation, done: true });
    }
  });
}

function finish(
  { store, clock }: CloudContext,
  { operationType, instance: name, backup: id }: SqlOperation,
): void {
  const instance = store.sqlInstances.get(name);
  const backup = store.sqlBackups.get(id);
  switch (operationType) {
    case 'BACKUP_VOLUME':
      if (backup !== undefined) {
        store.sqlBackups.put(id, { ...backup, status: 'SUCCESSFUL', endedAt: clock.now() });
      }
      return;
    case 'RESTORE_VOLUME':
      if (instance !== undefined && backup !== undefined) {
        const { content, databases } = backup;
        store.sqlInstances.put(name, { ...instance, content, databases });
      }
      return;
    case 'CREATE':
      if (instance !== undefined) store.sqlInstances.put(name, { ...instance, state: 'RUNNABLE' });
      return;
    case 'DELETE':
      store.sqlInstances.delete(name);
      return;
    case 'DELETE_BACKUP':
      store.sqlBackups.delete(id);
  }
}

/** The database behind the demo's api, as it is before anybody did anything. */
export function seedSql({ store, clock }: CloudContext): void {
  const instance: SqlInstance = {
    name: 'api-production',
    state: 'RUNNABLE',
    databaseVersion: 'POSTGRES_17',
    region: 'local',
    settings: { tier: 'db-custom-1-3840', dataDiskSizeGb: '10', dataDiskType: 'PD_SSD' },
    databases: ['postgres', 'shop'],
    content: 'as it was seeded',
    createdAt: clock.now(),
  };
  store.sqlInstances.put(instance.name, instance);
}
