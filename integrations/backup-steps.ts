import type { StoredBackup } from '../src/domain/backup.ts';
import type { PlannedStep, StepEffect } from '../src/domain/plan.ts';

/** A step of a backup provider, one for each of its actions `A` in a plan. `timeLimit` in milliseconds. */
export function backupStep<A extends string>(
  action: A,
  title: string,
  effect: StepEffect,
  more: { readonly input?: PlannedStep['input']; readonly timeLimit: number },
): PlannedStep {
  return { id: `${action}-backup`, title, action, effect, input: {}, ...more };
}

/** The step by which a provider deletes backups: its action `delete` gets their ids. */
export function deletionStep(backups: readonly StoredBackup[], timeLimit: number): PlannedStep {
  const ids = backups.map(({ id }) => id);
  return backupStep('delete', `Delete ${ids.join(', ')}`, 'tidies', { input: { backups: ids }, timeLimit });
}
