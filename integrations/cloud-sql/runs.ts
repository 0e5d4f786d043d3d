import type { StoredBackup } from '../../src/domain/backup.ts';
import type { BackupRun } from './messages.ts';

const OURS = /^Slipway (bk-[a-z0-9-]+)$/;
const UNDER_WAY = ['ENQUEUED', 'OVERDUE', 'RUNNING'];
const GONE = ['DELETED', 'DELETION_PENDING', 'SKIPPED'];

/** By what a run of ours is found again, whatever became of the reply. */
export function descriptionOf(backupId: string): string {
  return `Slipway ${backupId}`;
}

/** Ours are known by their description, all others by the number that Cloud SQL gave them. */
export function backupIdOfRun({ description, id }: BackupRun): string {
  return OURS.exec(description)?.[1] ?? `run-${id}`;
}

/** False for what was deleted, or was never made. */
export function isKept({ status }: BackupRun): boolean {
  return !GONE.includes(status);
}

export function storedBackup(run: BackupRun): StoredBackup {
  const { startTime, enqueuedTime, endTime, maxChargeableBytes, location } = run;
  const takenAt = new Date(startTime ?? enqueuedTime ?? endTime ?? 0);
  return {
    id: backupIdOfRun(run),
    takenAt: takenAt.toISOString(),
    size: maxChargeableBytes ?? null,
    sha256: null,
    duration: endTime === undefined ? null : new Date(endTime).getTime() - takenAt.getTime(),
    expiresAt: null,
    places: [location === '' ? 'Cloud SQL' : `Cloud SQL (${location})`],
    state: stateOf(run),
  };
}

function stateOf({ status, error }: BackupRun): StoredBackup['state'] {
  if (status === 'SUCCESSFUL') return { is: 'good' };
  if (UNDER_WAY.includes(status)) return { is: 'under-way' };
  return { is: 'bad', reason: error?.message || `Cloud SQL calls it ${status}` };
}
