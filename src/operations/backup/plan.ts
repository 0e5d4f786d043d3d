import {
  type BackupCapability,
  type BackupSteps,
  capabilitiesOf,
  type DeployTarget,
} from '../../../integrations/target.ts';
import type { Backup, BackupIdentity } from '../../domain/backup.ts';
import type { Plan, PlannedStep, TargetPlan } from '../../domain/plan.ts';
import { accept, type Outcome, refuse } from '../../domain/refusal.ts';
import type { BackupRequest, RestoreRequest, VerificationRequest } from '../../domain/request.ts';
import { wholeBackup } from './known.ts';
import { planTidying, type RetentionContext } from './retention.ts';

/** Plans what is done with a target's backups. Read-only. `approved` is the plan that people saw, if they did. */
export async function planWithBackups(
  context: RetentionContext,
  target: DeployTarget,
  request: BackupRequest | VerificationRequest | RestoreRequest,
  approved: Plan | null,
): Promise<Outcome<TargetPlan>> {
  const { backup: capability } = target;
  if (capability === undefined) {
    return refuse({
      code: 'no-capability',
      target: target.ref,
      wanted: request.kind,
      can: capabilitiesOf(target),
    });
  }
  if (request.kind === 'backup') return planBackup(context, { target, capability, approved });
  const backup = await wholeBackup(context, target, { capability, id: request.backup });
  if (!backup.ok) return backup;
  return request.kind === 'restore'
    ? planRestore(capability, backup.value)
    : planVerification(capability, backup.value);
}

async function planBackup(
  context: RetentionContext,
  request: {
    readonly target: DeployTarget;
    readonly capability: BackupCapability;
    readonly approved: Plan | null;
  },
): Promise<Outcome<TargetPlan>> {
  const made = await request.capability.planBackup();
  if (!made.ok) return made;
  const { steps, ...deletes } = await planTidying(context, request);
  const plan = planOf(request.capability, null, [made.value, { steps, warnings: [] }]);
  return accept({ ...plan, backup: { subject: request.capability.subject, existing: null, ...deletes } });
}

async function planVerification(capability: BackupCapability, backup: Backup): Promise<Outcome<TargetPlan>> {
  const verified = await capability.planVerification(backup);
  return verified.ok ? accept(planOf(capability, backup, [verified.value])) : verified;
}

/**
 * What is there now is backed up first: that is the way back. Copying it elsewhere waits, so that as little as
 * possible is written between that and the restore, and is no reason to undo a restore that is proven.
 */
async function planRestore(capability: BackupCapability, backup: Backup): Promise<Outcome<TargetPlan>> {
  const safety = await capability.planBackup('before-restore');
  if (!safety.ok) return safety;
  const restored = await capability.planRestore(backup);
  if (!restored.ok) return restored;
  const [made, copied] = [safety.value.steps.slice(0, 1), safety.value.steps.slice(1)];
  const copies = copied.map((step): PlannedStep => ({ ...step, effect: 'tidies' }));
  const parts = [
    { steps: made, warnings: [...safety.value.warnings, ...doubts(backup)] },
    restored.value,
    { steps: copies, warnings: [] },
  ];
  return accept(planOf(capability, backup, parts));
}

/** That one can restore it all the same is the approvers' word. */
function doubts({ id, verified }: Backup): readonly string[] {
  if (verified?.passed !== false) return [];
  return [`${id} failed its verification on ${verified.at.toISOString().slice(0, 10)}: ${verified.how}`];
}

function planOf(
  { subject }: BackupCapability,
  existing: Backup | null,
  parts: readonly BackupSteps[],
): TargetPlan {
  return {
    from: null,
    to: { version: null, digest: null, revision: existing?.id ?? null },
    artifact: null,
    steps: parts.flatMap(({ steps }) => steps),
    // What is there now changes all the time; approvals bind to the backup itself.
    live: '',
    warnings: parts.flatMap(({ warnings }) => warnings),
    backup: { subject, existing: existing === null ? null : identityOf(existing) },
  };
}

/** What a plan holds of a backup. */
export function identityOf({ id, takenAt, size, sha256 }: BackupIdentity): BackupIdentity {
  return { id, takenAt, size, sha256 };
}
