import { backupIdOf } from '../../domain/backup.ts';
import type { Plan } from '../../domain/plan.ts';

/** The backup that shows the data as it was before the plan was run; null where nobody made one. */
export function backupBefore(operationId: string, plan: Pick<Plan, 'kind' | 'backup'>): string | null {
  if (plan.backup === undefined) return null;
  // A restore names the backup that it restores, and makes one of what was there.
  if (plan.kind === 'restore') return backupIdOf(operationId);
  return plan.backup.existing?.id ?? backupIdOf(operationId);
}
