import type { Resource } from './api-server.ts';

/** One of Velero's own objects; null where there is none. */
export type Find = (resource: string, name: string) => Promise<Resource | null>;

/** What Velero does not accept in a Backup, in its words (pkg/controller/backup_controller.go). */
export async function backupProblems(
  find: Find,
  spec: Resource['spec'],
  location: string,
): Promise<readonly string[]> {
  const found = await find('backupstoragelocations', location);
  const problems = listProblems('namespace', spec.includedNamespaces, spec.excludedNamespaces);
  if (found === null) {
    const what = `the default ${location} was not found`;
    problems.push(
      `an existing backup storage location was not specified at backup creation time and ${what}.`,
    );
    return problems;
  }
  const why = locationProblem(found);
  if (why === 'read-only') {
    problems.push(
      `backup can't be created because backup storage location ${location} is currently in read-only mode`,
    );
  }
  if (!isAvailable(found)) {
    problems.push(
      `backup can't be created because BackupStorageLocation ${location} is in Unavailable status.`,
    );
  }
  return problems;
}

/** The same of a Restore (pkg/controller/restore_controller.go). */
export async function restoreProblems(
  find: Find,
  namespace: string,
  spec: Resource['spec'],
): Promise<readonly string[]> {
  const problems = [
    ...listProblems('resource', spec.includedResources, spec.excludedResources),
    ...listProblems('namespace', spec.includedNamespaces, spec.excludedNamespaces),
  ];
  if (!['', 'none', 'update'].includes(spec.existingResourcePolicy ?? '')) {
    problems.push(`Invalid ExistingResourcePolicy: ${spec.existingResourcePolicy}`);
  }
  if (!spec.backupName) {
    const what = 'Either a backup or schedule must be specified as a source for the restore, but not both';
    return [...problems, what];
  }
  const backup = await find('backups', spec.backupName);
  if (backup === null) {
    const why = `can't find backup ${namespace}/${spec.backupName}: Backup.velero.io "${spec.backupName}" not found`;
    return [...problems, `Error retrieving backup: ${why}`];
  }
  const name = backup.spec.storageLocation;
  const location = await find('backupstoragelocations', name);
  if (location !== null && isAvailable(location)) return problems;
  return [...problems, `The BSL ${name} is unavailable, cannot retrieve the backup`];
}

/** Why Velero does not delete a backup (pkg/controller/backup_deletion_controller.go); null if it does. */
export async function deletionProblem(find: Find, { spec }: Resource): Promise<string | null> {
  const location = await find('backupstoragelocations', spec.storageLocation);
  if (location === null) return `backup storage location ${spec.storageLocation} not found`;
  const at = `cannot delete backup because backup storage location ${spec.storageLocation} is currently in`;
  if (locationProblem(location) === 'read-only') return `${at} read-only mode`;
  return isAvailable(location) ? null : `${at} Unavailable state`;
}

function locationProblem({ spec }: Resource): 'read-only' | null {
  return spec.accessMode === 'ReadOnly' ? 'read-only' : null;
}

function isAvailable({ status }: Resource): boolean {
  return status?.phase === 'Available';
}

function listProblems(
  of: string,
  included: readonly string[] = [],
  excluded: readonly string[] = [],
): string[] {
  const problems: string[] = [];
  if (included.length > 1 && included.includes('*')) {
    problems.push("includes list must either contain '*' only, or a non-empty list of items");
  }
  if (excluded.includes('*')) problems.push("excludes list cannot contain '*'");
  for (const item of excluded.filter((one) => included.includes(one))) {
    problems.push(`excludes list cannot contain an item in the includes list: ${item}`);
  }
  return problems.map((problem) => `Invalid included/excluded ${of} lists: ${problem}`);
}

/** A duration as Go writes it: hours, minutes and seconds; it has no days. */
export function milliseconds(text: string | undefined): number {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };
  const parts = [...(text ?? '').matchAll(/(\d+)(h|m|s)/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0), 0);
}
