import type { BackupCapability, DeployTarget } from '../../../integrations/target.ts';
import type { BackupConfig } from '../../config/backup.ts';
import type { Backup } from '../../domain/backup.ts';
import type { Plan, TargetPlan } from '../../domain/plan.ts';
import { accept, type Outcome } from '../../domain/refusal.ts';
import { approvalRule } from '../../policy/approvals.ts';
import { youngEnough } from '../../policy/backups.ts';
import { knownBackups } from './known.ts';
import { identityOf } from './plan.ts';
import { backupRules, planTidying, type RetentionContext } from './retention.ts';

interface Gate {
  readonly target: DeployTarget;
  readonly capability: BackupCapability;
  readonly rules: BackupConfig;
  /** The plan that people saw, if they did. */
  readonly approved: Plan | null;
}

/**
 * The plan of a deploy with the backup that the config wants before it: one of its own, or one that is young
 * enough and named. A backup that was approved as young enough is given up only when it has become too old.
 */
export async function withBackupBefore(
  context: RetentionContext,
  request: { readonly target: DeployTarget; readonly plan: TargetPlan; readonly approved: Plan | null },
): Promise<Outcome<TargetPlan>> {
  const { target, plan, approved } = request;
  const rules = backupRules(context, target.ref);
  if (target.backup === undefined || rules?.before !== 'deploy') return accept(plan);
  const gate: Gate = { target, capability: target.backup, rules, approved };
  const { subject } = gate.capability;
  const existing = await findYoung(context, gate);
  if (existing !== null) return accept({ ...plan, backup: { subject, existing: identityOf(existing) } });
  const made = await gate.capability.planBackup();
  if (!made.ok) return made;
  const { steps: tidying, ...deletes } = await planTidying(context, gate);
  return accept({
    ...plan,
    steps: [...made.value.steps, ...plan.steps, ...tidying],
    warnings: [...made.value.warnings, ...plan.warnings],
    backup: { subject, existing: null, ...deletes },
  });
}

async function findYoung(context: RetentionContext, gate: Gate): Promise<Backup | null> {
  const { target, rules, approved } = gate;
  if (approved !== null && approved.backup?.existing == null) return null;
  const backups = await knownBackups(context, target, gate.capability);
  const now = context.clock();
  if (approved !== null) {
    const named = backups.filter(({ id }) => id === approved.backup?.existing?.id);
    return youngEnough(named, rules, { now, wait: 0 });
  }
  return youngEnough(backups, rules, { now, wait: approvalRule(target.ref, context.config).expires });
}
