import { backupIdOf } from '../../domain/backup.ts';
import type { Plan } from '../../domain/plan.ts';

/** The backup to go back to from what a plan did to data; null where nobody made one. `backupTakenAt` if it is an older one. */
export function backupBefore(
  operationId: string,
  plan: Pick<Plan, 'kind' | 'backup'>,
): { readonly backup: string; readonly backupTakenAt?: string } | null {
  if (plan.backup === undefined) return null;
  // A restore names the backup that it restores, and makes one of what was there.
  const { existing } = plan.backup;
  if (plan.kind === 'restore' || existing === null) return { backup: backupIdOf(operationId) };
  return { backup: existing.id, backupTakenAt: existing.takenAt };
}
