import { z } from 'zod';
import { hostName } from '../host.ts';

const absolutePath = z
  .string()
  .regex(/^\/[^\0\n]*[^/\0\n]$/, 'an absolute path without a slash at its end')
  .refine((path) => !path.split('/').includes('..'), { error: 'an absolute path without ..' });
const name = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/, 'letters, digits, dots, dashes');

/** Where backups are kept, and where else. */
const kept = {
  host: hostName,
  directory: absolutePath.describe('The directory on that host in which the backups are kept.'),
  copy: z
    .strictObject({
      host: hostName,
      directory: absolutePath.describe('The directory there.'),
    })
    .optional()
    .describe('A second place that gets a copy of each backup.'),
};

/** `provider:` of `kind: pg-dump`. */
export const pgDumpBackupConfig = z
  .strictObject({
    kind: z.literal('pg-dump'),
    ...kept,
    project: name.describe('The name of the compose project.'),
    service: name.describe('Its service that runs PostgreSQL.'),
    user: name.describe('The PostgreSQL user; it owns the database and may create one, for verifications.'),
    database: name.describe('The database that is backed up.'),
  })
  .describe('A PostgreSQL database in a compose project, by pg_dump.');

/** `provider:` of `kind: archive`. */
export const archiveBackupConfig = z
  .strictObject({
    kind: z.literal('archive'),
    ...kept,
    path: absolutePath.optional().describe('The directory that is backed up.'),
    volume: name.optional().describe('The Docker volume that is backed up.'),
  })
  .refine(({ path, volume }) => (path === undefined) !== (volume === undefined), {
    error: 'either `path` or `volume`',
  })
  .refine(({ path, directory }) => path === undefined || !`${directory}/`.startsWith(`${path}/`), {
    path: ['directory'],
    error: 'a directory outside of `path`',
  })
  .describe('A directory or a Docker volume, as a compressed archive.');

export type PgDumpBackupConfig = z.output<typeof pgDumpBackupConfig>;
export type ArchiveBackupConfig = z.output<typeof archiveBackupConfig>;
export type HostBackupConfig = PgDumpBackupConfig | ArchiveBackupConfig;
