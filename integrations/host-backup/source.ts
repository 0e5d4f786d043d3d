import type { HostBackupConfig } from './config.ts';
import { ARCHIVE, RESTORE_ARCHIVE, VERIFY_ARCHIVE } from './scripts/archive.ts';
import { DUMP, OTHER_OWNERS, RESTORE_DUMP, VERIFY_DUMP } from './scripts/database.ts';

/** What is backed up: the scripts that know how, and what they are told behind directory, id and file. */
export interface BackupSource {
  /** “database saga of service postgres in saga-forge”. */
  readonly name: string;
  /** Its host and its name, which stand in the manifests: what is of something else is left alone. */
  readonly of: string;
  /** Behind the id in the name of the file. */
  readonly ending: 'sql.gz' | 'tar.gz';
  readonly make: string;
  readonly verify: string;
  readonly restore: string;
  readonly facts: readonly string[];
  /** Who would not get back what is theirs, and the sentence about them; null where nobody can lose anything. */
  readonly losers: { readonly script: string; readonly warning: (names: readonly string[]) => string } | null;
}

export function sourceOf(config: HostBackupConfig): BackupSource {
  if (config.kind === 'pg-dump') {
    const { project, service, user, database } = config;
    const name = `database ${database} of service ${service} in ${project}`;
    return {
      name,
      of: `${config.host}: ${name}`,
      ending: 'sql.gz',
      make: DUMP,
      verify: VERIFY_DUMP,
      restore: RESTORE_DUMP,
      facts: [project, service, user, database],
      losers: {
        script: OTHER_OWNERS,
        warning: (names) =>
          `${user} is no superuser of ${database}: what ${names.join(', ')} own${names.length === 1 ? 's' : ''} there would belong to ${user} after a restore.`,
      },
    };
  }
  const { path, volume } = config;
  const isPath = path !== undefined;
  const name = isPath ? `directory ${path}` : `volume ${volume ?? ''}`;
  return {
    name,
    of: `${config.host}: ${name}`,
    ending: 'tar.gz',
    make: ARCHIVE,
    verify: VERIFY_ARCHIVE,
    restore: RESTORE_ARCHIVE,
    facts: isPath ? ['path', path] : ['volume', volume ?? ''],
    losers: null,
  };
}
