import type { HostBackupConfig } from './config.ts';
import { ARCHIVE, DUMP, RESTORE_ARCHIVE, RESTORE_DUMP, VERIFY_ARCHIVE, VERIFY_DUMP } from './scripts.ts';

/** What is backed up: the scripts that know how, and what they are told behind directory, id and file. */
export interface BackupSource {
  /** “database saga of service postgres in saga-forge”. */
  readonly name: string;
  /** Behind the id in the name of the file. */
  readonly ending: 'sql.gz' | 'tar.gz';
  readonly make: string;
  readonly verify: string;
  readonly restore: string;
  readonly facts: readonly string[];
}

export function sourceOf(config: HostBackupConfig): BackupSource {
  if (config.kind === 'pg-dump') {
    const { project, service, user, database } = config;
    return {
      name: `database ${database} of service ${service} in ${project}`,
      ending: 'sql.gz',
      make: DUMP,
      verify: VERIFY_DUMP,
      restore: RESTORE_DUMP,
      facts: [project, service, user, database],
    };
  }
  const { path, volume } = config;
  const isPath = path !== undefined;
  return {
    name: isPath ? `directory ${path}` : `volume ${volume ?? ''}`,
    ending: 'tar.gz',
    make: ARCHIVE,
    verify: VERIFY_ARCHIVE,
    restore: RESTORE_ARCHIVE,
    facts: isPath ? ['path', path] : ['volume', volume ?? ''],
  };
}
