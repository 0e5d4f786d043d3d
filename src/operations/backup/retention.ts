import type { BackupCapability, DeployTarget } from '../../../integrations/target.ts';
import type { BackupConfig } from '../../config/backup.ts';
import type { Backup, PlannedBackup } from '../../domain/backup.ts';
import type { Plan, TargetPlan } from '../../domain/plan.ts';
import type { TargetRef } from '../../domain/target.ts';
import { outdatedBackups } from '../../policy/backups.ts';
import type { Queryable } from '../../store/database.ts';
import { openOperations } from '../../store/operations.ts';
import type { OperationContext } from '../context.ts';
import { knownBackups } from './known.ts';

export type RetentionContext = Pick<OperationContext, 'database' | 'config' | 'clock'>;

/** The id of the step that deletes what retention lets go of. */
export const DELETION = 'delete-old-backups';
/** More names than these are counted: nobody reads a title of fifty. */
const NAMED = 8;

/** What the config says about the backups of a target; undefined for one that has none. */
export function backupRules(
  context: Pick<OperationContext, 'config'>,
  { service, environment }: TargetRef,
): BackupConfig | undefined {
  return context.config.services[service]?.environments[environment]?.backup;
}

/** The part of a plan that deletes outdated backups. */
export interface Tidying extends Pick<TargetPlan, 'steps'>, Pick<PlannedBackup, 'deletes'> {}

/**
 * The step that deletes what is outdated once a new backup is there, which names what it deletes; none where
 * nothing is. What people saw in the plan that they approved is what is deleted, whatever has aged meanwhile,
 * unless somebody has asked to restore a part of it: then it is another plan.
 */
export async function planTidying(
  context: RetentionContext,
  request: {
    readonly target: DeployTarget;
    readonly capability: BackupCapability;
    readonly approved: Plan | null;
  },
): Promise<Tidying> {
  const { target, capability, approved } = request;
  const held = await heldBackups(context.database, target.ref);
  const deletes = approved?.backup?.deletes ?? [];
  if (approved !== null && !deletes.some((id) => held.includes(id))) {
    const steps = approved.steps.filter(({ id }) => id === DELETION);
    return deletes.length === 0 ? { steps } : { steps, deletes };
  }
  const outdated = outdatedBackups({
    backups: await knownBackups(context, target, capability),
    rules: backupRules(context, target.ref)?.retention,
    now: context.clock(),
    held,
    coming: 1,
  });
  if (outdated.length === 0) return { steps: [] };
  return {
    steps: [{ ...capability.deletionStep(outdated), id: DELETION, title: titleOf(outdated) }],
    deletes: outdated.map(({ id }) => id),
  };
}

/** True if the plan would delete what somebody has asked to restore since it was made. */
export async function deletesHeld(db: Queryable, { target, backup }: Plan): Promise<boolean> {
  const deletes = backup?.deletes ?? [];
  if (deletes.length === 0) return false;
  const held = await heldBackups(db, target);
  return deletes.some((id) => held.includes(id));
}

/** Backups that somebody has asked to restore, or that a deploy relies on. */
async function heldBackups(db: Queryable, target: TargetRef): Promise<readonly string[]> {
  const open = await openOperations(db, target);
  return open.flatMap(({ plan }) => plan.backup?.existing?.id ?? []);
}

function titleOf(outdated: readonly Backup[]): string {
  const named = outdated.slice(0, NAMED).map(({ id, takenAt }) => `${id} of ${takenAt.slice(0, 10)}`);
  const more = outdated.length > NAMED ? ` and ${outdated.length - NAMED} more` : '';
  const count = outdated.length === 1 ? 'an old backup' : `${outdated.length} old backups`;
  return `Delete ${count}: ${named.join(', ')}${more}`;
}
