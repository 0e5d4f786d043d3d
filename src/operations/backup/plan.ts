import {
  type BackupCapability,
  type BackupSteps,
  capabilitiesOf,
  type DeployTarget,
} from '../../../integrations/target.ts';
import type { Backup, BackupIdentity, PlannedBackup } from '../../domain/backup.ts';
import type { TargetPlan } from '../../domain/plan.ts';
import { accept, type Outcome, refuse } from '../../domain/refusal.ts';
import type { BackupRequest, RestoreRequest, VerificationRequest } from '../../domain/request.ts';
import type { OperationContext } from '../context.ts';
import { wholeBackup } from './known.ts';

/** A plan with what it has to do with backups. */
export type BackupPlan = TargetPlan & { readonly backup: PlannedBackup };

/** Plans what is done with a target's backups. Read-only. */
export async function planWithBackups(
  context: Pick<OperationContext, 'database'>,
  target: DeployTarget,
  request: BackupRequest | VerificationRequest | RestoreRequest,
): Promise<Outcome<BackupPlan>> {
  const { backup: capability } = target;
  if (capability === undefined) {
    return refuse({
      code: 'no-capability',
      target: target.ref,
      wanted: request.kind,
      can: capabilitiesOf(target),
    });
  }
  if (request.kind === 'backup') return planBackup(capability);
  const backup = await wholeBackup(context, target, { capability, id: request.backup });
  if (!backup.ok) return backup;
  return request.kind === 'restore'
    ? planRestore(capability, backup.value)
    : planVerification(capability, backup.value);
}

async function planBackup(capability: BackupCapability): Promise<Outcome<BackupPlan>> {
  const made = await capability.planBackup();
  return made.ok ? accept(planOf(capability, null, [made.value])) : made;
}

async function planVerification(capability: BackupCapability, backup: Backup): Promise<Outcome<BackupPlan>> {
  const verified = await capability.planVerification(backup);
  return verified.ok ? accept(planOf(capability, backup, [verified.value])) : verified;
}

/** What is there now is backed up first: that is the way back. */
async function planRestore(capability: BackupCapability, backup: Backup): Promise<Outcome<BackupPlan>> {
  const safety = await capability.planBackup();
  if (!safety.ok) return safety;
  const restored = await capability.planRestore(backup);
  return restored.ok ? accept(planOf(capability, backup, [safety.value, restored.value])) : restored;
}

function planOf(
  { subject }: BackupCapability,
  existing: Backup | null,
  parts: readonly BackupSteps[],
): BackupPlan {
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
