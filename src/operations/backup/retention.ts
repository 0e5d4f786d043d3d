import type { BackupCapability, DeployTarget } from '../../../integrations/target.ts';
import type { BackupConfig } from '../../config/backup.ts';
import type { Backup } from '../../domain/backup.ts';
import type { Plan, PlannedStep } from '../../domain/plan.ts';
import type { TargetRef } from '../../domain/target.ts';
import { outdatedBackups } from '../../policy/backups.ts';
import { openOperations } from '../../store/operations.ts';
import type { OperationContext } from '../context.ts';
import { knownBackups } from './known.ts';

export type RetentionContext = Pick<OperationContext, 'database' | 'config' | 'clock'>;

/** The id of the step that deletes what retention lets go of. */
const DELETION = 'delete-old-backups';
/** More names than these are counted: nobody reads a title of fifty. */
const NAMED = 8;

/** What the config says about the backups of a target; undefined for one that has none. */
export function backupRules(
  context: Pick<OperationContext, 'config'>,
  { service, environment }: TargetRef,
): BackupConfig | undefined {
  return context.config.services[service]?.environments[environment]?.backup;
}

/**
 * The step that deletes what is outdated once a new backup is there, which names what it deletes; none where
 * nothing is. What people saw in the plan that they approved is what is deleted, whatever has aged meanwhile.
 */
export async function tidyingSteps(
  context: RetentionContext,
  request: {
    readonly target: DeployTarget;
    readonly capability: BackupCapability;
    readonly approved: Plan | null;
  },
): Promise<readonly PlannedStep[]> {
  const { target, capability, approved } = request;
  if (approved !== null) return approved.steps.filter(({ id }) => id === DELETION);
  const outdated = outdatedBackups({
    backups: await knownBackups(context, target, capability),
    rules: backupRules(context, target.ref)?.retention,
    now: context.clock(),
    held: await heldBackups(context, target.ref),
    coming: 1,
  });
  if (outdated.length === 0) return [];
  return [{ ...capability.deletionStep(outdated), id: DELETION, title: titleOf(outdated) }];
}

/** Backups that somebody has asked to restore, or that a deploy relies on. */
async function heldBackups(context: RetentionContext, target: TargetRef): Promise<readonly string[]> {
  const open = await openOperations(context.database, target);
  return open.flatMap(({ plan }) => plan.backup?.existing?.id ?? []);
}

function titleOf(outdated: readonly Backup[]): string {
  const named = outdated.slice(0, NAMED).map(({ id, takenAt }) => `${id} of ${takenAt.slice(0, 10)}`);
  const more = outdated.length > NAMED ? ` and ${outdated.length - NAMED} more` : '';
  const count = outdated.length === 1 ? 'an old backup' : `${outdated.length} old backups`;
  return `Delete ${count}: ${named.join(', ')}${more}`;
}
