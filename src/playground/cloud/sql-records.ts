import { z } from 'zod';

/** What the demo cloud remembers of Cloud SQL. Times are milliseconds since the epoch. */

export const sqlInstanceSchema = z.object({
  name: z.string(),
  state: z.enum(['PENDING_CREATE', 'RUNNABLE', 'PENDING_DELETE']),
  databaseVersion: z.string(),
  region: z.string(),
  settings: z.looseObject({ tier: z.string() }),
  databases: z.array(z.string()),
  /** Stands for everything in the databases: what was written last. */
  content: z.string(),
  createdAt: z.number(),
});
export type SqlInstance = z.infer<typeof sqlInstanceSchema>;

export const sqlBackupSchema = z.object({
  id: z.string(),
  instance: z.string(),
  status: z.enum(['RUNNING', 'SUCCESSFUL', 'FAILED']),
  type: z.enum(['AUTOMATED', 'ON_DEMAND']),
  description: z.string(),
  content: z.string(),
  databases: z.array(z.string()),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
});
export type SqlBackup = z.infer<typeof sqlBackupSchema>;

export const sqlOperationSchema = z.object({
  name: z.string(),
  operationType: z.enum(['BACKUP_VOLUME', 'RESTORE_VOLUME', 'CREATE', 'DELETE', 'DELETE_BACKUP']),
  instance: z.string(),
  /** The backup that is made, restored or deleted; empty for none. */
  backup: z.string(),
  insertedAt: z.number(),
  settlesAt: z.number(),
  done: z.boolean(),
});
export type SqlOperation = z.infer<typeof sqlOperationSchema>;
